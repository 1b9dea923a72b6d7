/** A pure table: names of the months in 40 languages, full and short, without accents, dots and capitals. Source: Unicode CLDR. */
export const MONTH_WORDS: readonly (readonly [month: number, words: string])[] = [
  [
    1,
    'january jan januar janvier janv enero ene gennaio gen janeiro januari января январь янв січня січень січ stycznia styczen sty ledna leden led januara sijecnja sijecanj sij януари јануар јан студзеня студзень сту tammikuuta tammikuu tammi jaanuar jaan janvaris sausio sausis ianuarie ian ocak oca ιανουαριου ιαν gener urtarrila urt xaneiro xan eanair ean ionawr ion januarie janar јануари yanvar yan يناير ינואר ינו जनवर जन มกราคม jaenner janner',
  ],
  [
    2,
    'february feb februar fevrier fevr febrero febbraio fevereiro fev februari февраля февраль февр лютого лютии лют lutego luty lut unora unor uno februara veljace veljaca velj февруари фебруар феб лютага люты helmikuuta helmikuu helmi veebruar veebr februaris febr vasario vasaris februarie subat sub φεβρουαριου φεβ febrer otsaila ots febreiro feabhra feabh chwefror chwef chw shkurt shk фев fevral فبراير פברואר פבר फरवर फर กมภาพนธ',
  ],
  [
    3,
    'march mar marz mars marzo marco maart mrt марта март мар березня березень бер marca marzec brezna brezen bre marec ozujka ozujak ozu сакавіка сакавік сак marts maaliskuuta maaliskuu maalis kovo kovas marcius marc martie mart μαρτιου μαρ maret mac martxoa marta mawrth maw مارس מרץ मरच มนาคม maerz',
  ],
  [
    4,
    'april apr avril avr abril abr aprile апреля апрель апр квітня квітень квіт kwietnia kwiecien kwi dubna duben dub aprila travnja travanj tra април красавіка красавік кра huhtikuuta huhtikuu huhti aprill aprilis balandzio balandis aprilie nisan nis απριλιου απρ dabril dabr apirila api aibrean aib ebrill ebr prill pri aprel ابريل אפריל אפר अपरल เมษายน เมย',
  ],
  [
    5,
    'may mai mayo maggio mag maio mei мая маи травня травень трав maja maj kvetna kveten kve svibnja svibanj svi мај toukokuuta toukokuu touko maijs geguzes geguze majus mayıs μαιου μαι maig maiatza bealtaine beal مايو מאי พฤษภาคม',
  ],
  [
    6,
    'june jun juni juin junio giugno giu junho июня июнь июн червня червень черв czerwca czerwiec cze cervna cerven cvn juna junij lipnja lipanj юни јун чэрвеня чэрвень чэр kesakuuta kesakuu kesa juuni junijs birzelio birzelis junius iunie iun haziran haz ιουνιου ιουν juny ekaina eka xuno meitheamh meith mehefin meh junie qershor qer јуни iyun iyn يونيو יוני มถนายน',
  ],
  [
    7,
    'july jul juli juillet juil julio luglio lug julho июля июль июл липня липень лип lipca lipiec lip cervence cervenec cvc jula julij srpnja srpanj юли јул ліпеня ліпень ліп heinakuuta heinakuu heina juuli julijs liepos liepa julius iulie iul temmuz tem ιουλιου ιουλ julai juliol uztaila uzt xullo xul iuil gorffennaf gorff gor julie korrik korr јули iyul iyl يوليو יולי जलई जल กรกฎาคม',
  ],
  [
    8,
    'august aug aout agosto ago augustus августа август авг серпня серпень серп sierpnia sierpien sie srpna srpen srp augusta avgust avg kolovoza kolovoz kol жніуня жнівень жні augusti elokuuta elokuu elo augusts rugpjucio rugpjutis augusztus agustos agu αυγουστου αυγ agustus ogos ogo dagost agost dag abuztua abu agust lunasa lun awst gusht gush avqust avq اغسطس אוגוסט אוג अगसत अग สงหาคม aou',
  ],
  [
    9,
    'september sep sept septembre septiembre settembre set setembro сентября сентябрь сент вересня вересень вер wrzesnia wrzesien wrz zari zar septembra rujna rujan ruj септември септембар сеп верасня верасень syyskuuta syyskuu syys septembris rugsejo rugsejis szeptember szept septembrie eylul eyl σεπτεμβριου σεπ setembre iraila ira mfomh medi shtator sht sentyabr sen سبتمبر ספטמבר ספט सतबर सत กนยายน',
  ],
  [
    10,
    'october oct oktober okt octobre octubre ottobre ott outubro out октября октябрь окт жовтня жовтень жовт pazdziernika pazdziernik paz rijna rijen rij oktobra октомври октобар кастрычніка кастрычнік кас lokakuuta lokakuu loka oktoober oktobris spalio spalis octombrie ekim eki οκτωβριου οκτ doctubre doct urria urr dfomh hydref hyd tetor tet oktyabr اكتوبر אוקטובר אוק अकटबर अकट ตลาคม',
  ],
  [
    11,
    'november nov novembre noviembre novembro ноября ноябрь нояб листопада листопад лист listopada listopad lis listopadu novembra studenoga studeni stu ноември новембар нов лістапада лістапад ліс marraskuuta marraskuu marras novembris lapkricio lapkritis noiembrie kasım kas νοεμβριου νοε azaroa aza samhain samh tachwedd tach nentor nen ное noyabr noy نوفمبر נובמבר נוב नवबर नव พฤศจกายน ноя',
  ],
  [
    12,
    'december dec dezember dez decembre diciembre dic dicembre dezembro декабря декабрь дек грудня грудень груд grudnia grudzien gru prosince prosinec pro decembra prosinca prosinac декември децембар дец снежня снежань сне desember des joulukuuta joulukuu joulu detsember dets decembris gruodzio gruodis decembrie aralık ara δεκεμβριου δεκ disember dis desembre abendua abe decembro nollaig noll rhagfyr rhag dhjetor dhj dekabr dek ديسمبر דצמבר דצמ दसबर दस ธนวาคม',
  ],
];
