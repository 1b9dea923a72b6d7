/** Function words of European languages outside the three large families, and of Turkish and Basque. With accents, lower case. */
export const otherEuropean: Readonly<Record<string, string>> = {
  fi: `aina ainakin ainoastaan alla alle asti edes eikä ei eivät eli en enemmän ennen enää esimerkiksi että ette hän hänelle
    hänen hänestä hänet häntä he heidän heidät heille heistä hyvin ihan ilman itse ja jo johon joiden joilla joissa joista
    joita joka jokainen jolla jolle jolloin jonka jonkin jos joskus jossa josta jota jotka jotain joten jotta juuri kai
    kaikki kaikkien kanssa kautta keiden kello ken kenen kerran keskellä ketkä kohti koko koska koskaan kuin kuitenkaan
    kuitenkin kuinka kuka kun kuten kyllä lähes lähellä läpi lisäksi luona me meidän meidät meille meitä melko melkein mihin
    mikä mikään miksi millä milloin minä minua minulla minulle minun minut missä mistä mitä miten mitkä molemmat muiden
    mukaan muita mukana mutta muu muun muut muuta myös myöskään näiden nämä näin niiden niin niissä niistä niitä ne noin
    no nuo nyt ole olemme olen olet olette oli olin olisi olisivat olivat ollaan ollut olla olleet on oma oman ovat paljon
    pian pitää poikki pois saa se sekä sellainen sen siellä siihen siinä siis siitä sille sillä silloin silti sinä sinun
    sinne sitä sitten tai taas tämä tämän tähän tällä tällainen tänä tässä tästä täällä tätä te teidän tietysti toinen
    toisaalta toisen tulee tuo tuossa tähän vaan vaikka vailla vain varten vasta vastaan voi voidaan voivat vuoksi yhä
    yksi yhden yhdessä yli ylös ympäri`,
  et: `aga alates alla arvel asjal edasi ega ei ehk elle enam end enne ennast eriti esimene et ette ent ees iga ikka ilma ise
    iseenda ja jah jaoks järel järgi jälle ju juba juurde juures just ka kas kaasa kahe kelle kes kellel keda kogu koguni
    kohta koos kui kuid kuidas kuhu kuna kuni kus kust küll läbi ma mees me meid meie mida miks mille millal milles
    millest millega mina mind mingi minu mis mitte mitu mul mulle muidugi muu ma nad nagu need neid neile nende nendes
    nii niisugune ning nüüd oled oleme olen oleks olete oli olid olla olnud oma on oskab paljud peab peaks peal peale pärast
    poolt praegu pole saab saaks said sai samal sama samuti see seal seda seega selle selles sellest sellega sellel
    sellise siin siis siiski sina sinu sind sisse ta tal talle tema temaga temale teda teie teine teised tuli tulla
    tõttu üks ühe ühes üle vaid vastu veel vist võib võivad või või välja väga vahel`,
  hu: `a abba abban abból addig ahhoz ahogy ahol akár aki akik akkor akinek alá alatt által általában amely amelyek amelyekben
    amelyet amelynek ami amikor amíg amit amint annak arra arról át az azért azok azokat azonban azt aztán azután azzal ám
    bár be belül benne csak csupán de e ebbe ebben ebből eddig egész egy egyéb egyes egyetlen egyik egyre ehhez ekkor el
    elé elég ellen elő először előtt első előző én ennek erre és esetben ez ezek ezen ezért ezt ezután ezzel fel felé
    ha hanem hát hiszen hogy hogyan holnap ide így igen ill illetve ilyen ilyenkor inkább is ismét itt jó jobban kell kellett
    keresztül ki kívül közben között közé közül kik la le legalább legyen lehet lehetett lenne lennie lesz lett maga
    magát már más másik mását meg még mellett mely melyek mert mi miatt mihez mikor milyen mind minden mindenki mindig
    mint mintha mit mivel most nagy nagyobb nagyon náluk ne nekem neki nekik nélkül nem nincs nincsenek olyan ő ők őket oda
    össze ott pedig persze rá s saját sem semmi sok sokat soha sokkal szemben szerint szinte számára talán tehát teljes
    tovább továbbá több többi tud után utána utolsó úgy új újabb újra vagy vagyis vagyok valaki valami valamint való van
    vannak vele viszont vissza volna volt voltak voltam voltunk`,
  tr: `acaba altında ama ancak artık asla aslında aynı az bana bazen bazı bazıları belki ben benden beni benim beri bile bir
    biraz birçok biri birkaç birlikte biz bize bizim böyle böylece bu buna bunda bundan bunlar bunları bunların bunu bunun
    burada bütün çok çoğu çünkü da daha dahi de defa değil dek den dır diğer diye doğru dolayı dolayısıyla en eden eder
    ederek edilen edildi etmek etti ettiği fakat gereken gibi göre hala halde halen hangi hani hatta hem henüz hep hepsi her
    herhangi herkes hiç hiçbir için iki ile ilgili ise işte kadar karşı kendi kendine kendini ki kim kimse kimi mı mi mu mü
    nasıl ne neden nedeniyle nerede nereye niçin niye o olan olarak oldu olduğu olduğunu olmak olması olmayan olsa olsun
    olup olur ona ondan onlar onları onların onu onun oysa öyle önce önemli özellikle pek rağmen sadece sanki sen senin
    siz sizin şey şimdi şu şöyle sonra tarafından tüm üzere üzerinde var vardı ve veya ya yani yapan yaptı yerine yine yok
    yoksa zaten zaman`,
  az: `ancaq artıq az ad altı amma belə bəli bəzi bilər bir biri birlikdə biz bizim bu buna bundan bunlar bunu bunun bütün
    çox çünki da daha də deyil deyib dedi dən digər edib edir edən edilir elə etmək əgər əsas görə hal hansı hər həmin həm
    həmçinin heç indi isə ilə ilk kimi ki kənd lakin mən mənim məhz müxtəlif nə necə o olan olaraq olan oldu olduğu
    olunub olur olub on ona onlar onların onu onun öz özü saat səbəb sizin sonra siz təkcə tərəfindən üçün üzrə və var
    xüsusi ya yalnız yeni yox zaman`,
  sq: `a ai ajo ajo ata ato asnjë atë atij atyre bë bëhet bëri bën brenda ç'far dhe derisa do duhet duke e edhe është ende gjatë
    gjithë gjithashtu herë i iu ishin ishte ja janë jo jam ka kam kanë kemi ke keq këtë këto këta kësaj këtij kishin kishte
    kjo kur ku ky ma mbi me më mua mund na ne në nën nga nëse një nuk një o ose pa para pas por për përmes pse po prej qenë
    që të sa saj sepse si sipas sot së shumë ta te tek tij tim tonë tyre ti tjera tjetër të u unë vetë vetëm veç vend`,
  lv: `aiz ap apakš ar arī ārpus at bet bez bija biji biju bijis būs būt būtu caur daudz dažas dēļ diezin diemžēl es esam esat
    esmu gan gar grib ir iekš iekšpus ik ikviens jau jeb jebkurš jo jūs ja ka kā kad kam kas katrs ko kopš kur kura kuras
    kuri kurš kurā kāda kāds lai labi līdz līdzi ļoti man mani mans mēs mums ne nav nebija nedrīkst nekā nekas no nu
    nevis pa par pat pār pēc pie pirms pret priekš savā savas savs savu šajā šis šī šo šos šīs tā tad tai tajā tam tas taču
    tagad tāds tādēļ tāpat tāpēc te tie tiek tika tikai tiks tiem to tomēr tos tur tu un uz vai var varētu vairāk vēl viens
    viena vienu vieta viņa viņi viņš viņu visi vis visu virs zem zināms`,
  lt: `ant apie ar arba argi aš be bei beje bent bet bus buvo buvau būti būtų čia dabar dar daug dažnai dėl ir iš iki itin į
    jau jei jeigu jų jie jis ji jos jo ją jam joks juo jūs kad kai kaip kada kas kartu kiek kiekvienas kita kitas kiti kitų
    ko kodėl kokia koks ku kur kurie kuri kuris kurio kurioje kuriuos kuriame labai lyg man mano mane manau mes mums mūsų
    ne nebuvo nei nes nėra niekas nors nuo o pagal pakeliui pas pat pats paskui per pirmą po prie prieš pro su savo save
    sau sako šalia ši šiai šie šio šios šis šią tačiau tad tai taigi taip taip pat tam tap tarp tarsi tas tą tie tik
    tiktai to todėl tokia toks tokie tuo tuos tų turi ten už vėl viena vienas vien vis visa visi visų vos yra`,
  el: `ακόμα ακόμη αλλά αλλού άλλα άλλες άλλη άλλο άλλοι άλλος άλλων αν ανάμεσα αντί από απ αργά αρκετά άρα ας αυτά αυτές
    αυτή αυτήν αυτό αυτοί αυτόν αυτός αυτού αυτούς αυτών για γιατί γι γύρω δε δεν δηλαδή διά δια διότι δικό δίπλα εάν
    εγώ εδώ είμαι είναι είχα είχαν είχε εις εκεί εκείνη εκείνο εκείνος εμείς εμένα εμάς ένα έναν ένας ενός εντός ενώ εξαιτίας
    έξω επειδή επί επίσης έπειτα εσείς εσύ έτσι έχει έχουμε έχουν έχω έως η ή ήδη ήμουν ήταν θα ίσως ίδια ίδιο ίδιος και
    κάθε καθένα καθώς κάπου κάποια κάποιο κάποιοι κάποιος καλά κανείς κανένα κάτι κάτω κατά κι κοντά κυρίως λίγο λοιπόν
    μα μαζί μακριά μας με μέσα μεταξύ μέχρι μετά μη μην μήπως μία μια μόλις μόνο μου μπορεί μπορούν μπροστά να ναι ο όλα
    όλες όλη όλο όλοι όλους όλων όμως όποια όποιος όπου όπως ός όσα όσο όσοι όσους όταν ότι οι όχι ούτε πάλι πάντα πάνω παρά
    πέρα περί περίπου περισσότερο πια πιο πίσω ποια ποιος ποιο πολλά πολλές πολλοί πολύ ποτέ που πού πριν προς πρώτα πώς
    πως σαν σας σε σου στα στη στην στης στις στο στον στους στων συνήθως σχεδόν τα τέτοια τέτοιο τελικά τη την της τι
    τίποτα τις το τόσο τον τότε του τους τούς τώρα των υπάρχει υπάρχουν υπό ύστερα χωρίς ώς ως ώσπου ώστε`,
  eu: `al ala aldi alde ari arte asko aurka aurre azken baina baino bai bakoitza bat batean bateko baten batek batzuk batzuek
    behar bera beraz bere berez beste besteak bezala bi bide da dago daude dezake dira diren dela dituen dituzte ditu dute
    duen du egin egiten egon emaiten ere esan ez ezik eta eta etorri gabe gaur gero gehiago gu gure gutxi hala han hau
    hauek hemen hori horiek horrek hura ia izan izango izaten lehen lortu nahi ni nire non nor noiz nola oso ondoren
    orain orduan oraindik ordea raino soilik urte urtean zen zer zergatik zein zituen ziren zuen zuten`,
  ga: `a ach ag agus an ann anois ar arna as atá ba bhí bheith bhfuil beidh cad cá chuig chun cé cén cuid dá de den do don
    dul faoi faoin féin fós freisin ga gach gan go gur i idir in is inar iad í le leis lena linn mar mé mo mór muid na nach
    nár ní níl níor nó nuair ó ón ós os roimh raibh sa san sé sí siad seo sin sinn sna tá thar tar thug tríd trí um
    uair uile`,
  cy: `a ac achos ag am ar ar-lein at bod bydd cael cyn chi dan dim dros drwy efallai ei eich ein er eu fe fel fod fy gan gael
    gwneud gyda hefyd heb hi hon hwn hyn hynny i iawn iddo iddi lawer llawer mae mai maen mewn mwy na nad nawr neu
    nhw ni nid o oedd oes oherwydd ond os pan pam pawb pob roedd rhai rhwng sy sydd sut trwy tua un wedi wrth wnaeth y yma
    yn yna yr ydy ydym ydyn yw`,
  eo: `al ankaŭ ankoraŭ antaŭ apud aŭ ambaŭ ĉar ĉe ĉi ĉia ĉiam ĉio ĉiu ĉiuj ĉu da de dum eĉ ekster el en estas estis estos esti
    estus ĝi ĝia ĝis ĝin havas ili ilia ilin iu iuj jam je jes kaj kaj ke kia kiam kie kiel kio kiu kiuj kiun kun kvankam
    la laŭ li lia lin malgraŭ mi mia min multaj multe ne nek nenio neniu ni nia nun nur ol oni por post povas preter preskaŭ
    pri pro se sed sen si sia sin sub sur ŝi ŝia ŝin tamen tia tial tiam tie tiel tio tiu tiuj tra trans tre tro tuj unu
    unua vi via`,
};
