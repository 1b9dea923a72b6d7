/** Function words: articles, pronouns, prepositions, conjunctions, auxiliaries, common adverbs. With accents, lower case. */
export const germanic: Readonly<Record<string, string>> = {
  en: `a about above after again against all almost also although always am an and another any anybody anyone anything
    are aren't around as at away be became because become been before behind being below between both but by came can
    can't cannot could couldn't did didn't do does doesn't doing don't done down during each either else enough even ever
    every everyone everything few for from further get gets getting go goes going got had hadn't has hasn't have haven't
    having he he's her here hers herself him himself his how however i i'd i'll i'm i've if in instead into is isn't it
    it's its itself just least less let let's like made make many may maybe me might mine more most much must my myself
    near neither never no nobody none nor not nothing now of off often on once one only onto or other others our ours
    ourselves out over own perhaps put quite rather really said same say says see she she's should shouldn't since so
    some somebody someone something still such take than that that's the their theirs them themselves then there there's
    these they they're they've this those though through thus to together too toward towards under unless until up upon
    us used using very via was wasn't we we're we've well went were weren't what what's when where whether which while
    who who's whom whose why will with within without won't would wouldn't yet you you're you've your yours yourself`,
  de: `aber alle allem allen aller alles als also am an andere anderen anderer anderes ans auch auf aus außer außerdem bei
    beim bereits bevor bin bis bist bitte da dabei dadurch dafür dagegen daher damals damit danach dann daran darauf daraus
    darf darin darüber darum das dass daß davon davor dazu dein deine dem den denn dennoch der deren des deshalb dessen
    dich die dies diese diesem diesen dieser dieses dir doch dort du durch dürfen ebenso eher ein eine einem einen einer
    eines einige einigen einmal er erst es etwa etwas euch euer eure für gab gar geben gegen gegenüber gemacht gewesen
    gibt ging habe haben hat hatte hatten hätte hätten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres
    im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jetzt kam kann kein keine keinem keinen keiner kommen
    konnte konnten können könnte könnten lassen machen machte man manche mehr mein meine meinem meinen meiner mich mir mit
    muss müssen musste mussten müsste nach nachdem neben nein nicht nichts nie noch nun nur ob obwohl oder ohne per schon
    sehr sei seien sein seine seinem seinen seiner seines seit seitdem selbst sich sie sind so sogar solche solchen soll
    sollen sollte sollten sondern sonst soweit sowie sowohl statt über überhaupt um und uns unser unsere unseren unserer
    unter viel viele vielen vom von vor wann war waren warum was wegen weil weiter welche welchem welchen welcher welches
    wenig wenn wer werde werden wie wieder will wir wird wo wobei wohl wollen wollte wollten worden wurde wurden würde
    würden zu zum zur zusammen zwar zwischen`,
  nl: `aan aangezien af al alle alleen alles als altijd andere anders ben bent bij binnen bijna daar daarbij daardoor
    daarmee daarna daarom daarvan dan dat de deze die dit doen doet door dus echter een eens eigen elk elke en enige er
    erg ermee ervan even gaan gaat geen geweest gewoon haar had hadden heb hebben hebt heeft heel hem hen het hier hierbij hij
    hoe hun iedereen ieder iedere iemand iets ik in is ja je jij jouw jullie kan kon konden kunnen kunt laten maar me
    meer men met mij mijn moest moet moeten mogen na naar nadat net niemand niet niets nog nooit nou nu of om omdat
    onder ons onze ook op over per reeds samen sinds slechts soms staat steeds te tegen terwijl tijdens toch toen tot tussen
    uit uw van vanaf vanuit veel verder via volgens voor vooral voordat vaak waar waarbij waardoor waarin waarom waren
    was wat we weer wel welke werd werden wie wij wil wilde willen worden wordt zal ze zei zeer zelf zich zichzelf zij
    zijn zo zoals zodat zonder zou zouden zullen`,
  sv: `alla allt alltid allting än ändå andra annan annat år är åt att av båda bara bättre behöver bland blev bli blir
    blivit då där därför de dem den denna deras dess dessa det detta dig din dina dit ditt dock du efter efterhand eftersom
    ej eller en enligt er era ert ett få får fick för före förra förrän från fram genom ges gick gjorde god går gör göra
    ha hade han hans har hela heller henne hennes här hon honom hos hur i icke igen in inga ingen inget innan inte inom
    ja jag ju kan kom komma kommer kring kunde kunna kvar man många med mellan men mer mest mig min mina mindre mitt mot
    mycket måste ned nej ner ni nog nu nya någon något några när och också om oss på redan sade sagt samma samt sedan
    ser sig sin sina sitt sjunde ska skall skulle som så sådan sådana sådant säger säga tack till tills trots under upp
    ut utan utom vad var vara varför varit varje vars vem verkligen vi vid vidare vilka vilken vilket vill ville visst
    våra vår vårt väl åter även över`,
  da: `alene bruger brug kort dag ad af aldrig alle alligevel allerede alt altid anden andet andre at bag bare begge blandt blev blive bliver blevet
    burde både da de dem den denne der deres derfor derefter det dette dig din dine disse dit dog du efter eftersom ej
    eller en end endnu er et få får fik flere for fordi foran forbi først fra frem før gennem gik gjorde gør gøre gå går
    ham han hans har have havde hele helt hen hende hendes her hos hun hvad hver hverken hvem hvilke hvilken hvis hvor
    hvordan hvorfor hvornår i igen igennem ikke imellem imod ind inden indtil ingen intet ja jeg jer jeres jo kan kom
    komme kommer kun kunne lige lidt lod man mange med meget mellem men mens mere mest mig min mindre mine mit mod må
    måske ned nej nemlig ni nogen nogle noget nok nu når nær næsten og også om omkring op os over overfor på samme
    sammen se selv selvom sagde ser sig siden siger sige sin sine sit skal skulle som stadig så sådan tage til tilbage
    ud uden under var ved vi vil ville vores være været`,
  no: `alle allerede alltid alt andre annen annet at av bak bare begge ble blei blir bli blitt blant bort både da de deg
    dei dem den denne der deres derfor det dette di din disse ditt du då eg eller en enda enn er et ett etter fikk fleire
    flere for fordi forbi foran fra frå fram før først få får gang gikk gjennom gjorde gjør gjøre går ha hadde han hans
    har hele helt henne hennes her ho hos hun hva hvem hver hvilke hvilken hvis hvor hvordan hvorfor i igjen ikke ikkje
    imot inn innen ingen ingenting inntil ja jeg kan kom komme kommer korleis kun kunne kva kven kvar litt man mange
    mye meg meget mellom men mens mer mest mi min mindre mine mitt mot mykje må måtte ned nei nesten noe noen nok nokon
    noko nokre nå når nær og også om opp oss over på rundt samme sammen seg selv si siden sier sin sine sitt skal skulle
    slik som så sånn ta til tilbake under unna ut uten var ved vi vil ville vært være vår våre`,
  is: `á að af aftur allt allir alveg annað annar aðeins bara ef eftir eða eiga ein eins eitt ekki ekkert en enn er eru
    ég fá fara frá fram fyrir gera getur hafa hafði hann hans hann hana hefur hennar henni hér hjá honum hún hvað hver
    hverju hvernig í inn kom komið koma má með meðal meira mér mig mikið milli mjög nú og okkur ofan sá sagði saman sem
    sér séu síðan sig sín sinn sitt sína svo til um undir upp úr út var varð vegna vel vera verða verið verður við
    voru væri yfir þá það þann þar þau því þegar þeim þeir þeirra þess þessa þessi þessu þetta þó þú þær`,
  af: `aan af al almal as asook baie by daar daarom dan dat deur dit een eie ek elke en enige gaan gewees had haar het hierdie
    hom hoe hulle hy in is ja jou julle jy kan kom kon maak maar meer met moet my na nadat net nie niks nog nou nuwe of om
    omdat ons onder ook oor op se sal saam sê self sien sonder soos sou sy te teen terwyl toe tot totdat tussen uit van
    vanaf veel vir volgens voor waar waarom wanneer was wat weer wie word`,
};
