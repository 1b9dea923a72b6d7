/** Function words: articles, pronouns, prepositions, conjunctions, auxiliaries, common adverbs. With accents, lower case. */
export const romance: Readonly<Record<string, string>> = {
  fr: `à afin ai aie ainsi ainsi alors après as assez au aucun aucune aujourd'hui auquel aura aurait aussi autant autour
    autre autres aux avaient avais avait avant avec avez avoir avons ayant beaucoup bien c'est ça car ce ceci cela celle
    celles celui cependant certains ces cet cette ceux chacun chaque chez ci comme comment contre d'abord d'un d'une dans
    de dehors déjà depuis dernier derrière des dès deux devant devrait doit doivent donc dont du durant elle elles en
    encore enfin ensuite entre envers es est et étaient étais était étant été être eu eux faire fait faites fois font
    furent fut grâce hors ici il ils j'ai je jusqu jusque l'on la là laquelle le lequel les lesquels leur leurs lors lorsque
    lui ma mais malgré me même mêmes mes mien moi moins mon n'a n'est ne ni non nos notre nous on ont or ou où par parce
    parfois parmi pas pendant personne peu peut peuvent plus plusieurs plutôt pour pourquoi pourrait pourtant près presque
    puis puisque qu'il qu'elle qu'un qu'une quand quant que quel quelle quelles quelque quelques quels qui quoi quoique
    rien s'est sa sans sauf se selon sera serait seront ses seulement si sien soi soit sommes son sont souvent sous suis
    suite sur surtout ta tandis tant te tel telle tellement tes toi ton toujours tous tout toute toutes très trop tu un
    une va vers voici voilà vont vos votre vous vraiment vu y`,
  es: `a acá además ahora al algo algún alguna algunas alguno algunos allá allí ambos ante antes aquel aquella aquellos
    aquí así aun aún aunque bajo bastante bien cabe cada casi como cómo con contra cual cuál cuales cualquier cuando cuándo
    cuanto cuya cuyo da dan de debe deben debido del demás dentro desde después dice dicen dicho donde dónde dos durante e
    el él ella ellas ello ellos en encima entonces entre era eran eras eres es esa esas ese eso esos esta está están estaba
    estaban estado estamos estar estas este esto estos estoy estuvo fue fueron fui ha había habían haber hace hacen hacer
    hacia han has hasta hay haya he hecho hemos hizo hoy igual incluso la las le les lo los luego más mas me mediante
    mejor menos mi mí mientras mis mismo misma mismos mucha muchas mucho muchos muy nada nadie ni ningún ninguna no nos
    nosotros nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para parte pero poco pocos podía podría
    por porque pudo puede pueden pues que qué quien quién quienes se sea sean según ser será serán sería si sí sido siempre
    siendo sin sino sobre solamente solo sólo somos son soy su sus suya suyo tal también tampoco tan tanto te tener tenía
    tiene tienen toda todas todavía todo todos tras tu tú tus tuvo un una unas uno unos usted ustedes va van varios
    vez veces y ya yo`,
  pt: `a à acima agora ai ainda algo alguém algum alguma algumas alguns ali além ambos ante antes ao aos apenas após aquela
    aquelas aquele aqueles aquilo as às assim até através bem cada com como contra contudo cuja cujo da daquele daquela
    das de dela delas dele deles dentro depois desde dessa desse desta deste deve devem disse disso disto diz do dos
    durante e é ela elas ele eles em embora enquanto então entre era eram essa essas esse esses esta está estamos estão
    estar estas estava estavam este esteja estes esteve estive eu faz fazer fez foi fora foram fosse há havia isso
    isto já la lá lhe lhes lo logo mais mas me mediante meio menos mesma mesmo meu meus minha minhas muita muitas muito
    muitos na nada não nas nela nele nem nenhum nenhuma nessa nesse nesta neste ninguém no nos nós nossa nossas nosso
    nossos num numa nunca o onde os ou outra outras outro outros para pela pelas pelo pelos perante pode podem poderá
    porém porque por pouco pois porquanto portanto quais qual qualquer quando quanto quase que quê quem são se segundo
    seja sejam sem sempre sendo ser será serão seria seu seus si sido sim sob sobre somente sua suas também tampouco
    tanto tão te tem têm temos tendo ter terá teu teve ti tinha tinham tive tiveram toda todas todavia todo todos tu
    tua tudo um uma umas uns vai vão você vocês vos vez vezes`,
  it: `a abbia abbiamo abbiano ad adesso agli ai al alcuna alcune alcuni all alla alle allo allora altra altre altri altro
    anche ancora anzi appena aveva avevano avere avendo avuto basta ben bene c'è che chi chiunque ci ciascuno ciò cioè
    circa coi col come comunque con contro cosa così cui da dagli dai dal dall dalla dalle dallo davanti degli dei del
    dell della delle dello dentro deve devono di dice dietro dopo dove dovrebbe due dunque durante e è ebbe ecco ed egli
    ella entrambi era erano essa esse essendo essere essi esso fa fare fatto fin finché fino forse fosse fra fu fui fuori
    furono già gli ha hai hanno ho i il in infatti infine inoltre invece io l la là lasciare le lei li lo loro lui lungo ma
    mai me mediante meglio meno mentre mi mia mie miei mio molta molte molti molto ne né negli nei nel nell nella nelle
    nello nemmeno nessun nessuna nessuno niente no noi non nonostante nostra nostre nostri nostro nulla o od ogni ognuno
    oltre oppure ora parecchi per perché perciò però più po' poco poi possono potrebbe prima proprio può pure qua qual
    qualche qualcosa qualcuno quale quali quando quanto quasi quegli quei quel quella quelle quelli quello questa queste
    questi questo qui quindi sarà saranno sarebbe se sé secondo sei sembra sempre senza si sì sia siamo siano siete sono
    sopra soprattutto sotto sta stanno stata state stati stato stessa stesse stessi stesso su sua subito sue sugli sui sul
    sull sulla sulle suo suoi tale tali tanto te ti tra tramite troppo tu tua tue tuo tuoi tutta tuttavia tutte tutti
    tutto un una uno va vai vi via voi vostra vostro`,
  ro: `a abia acea aceasta această aceea acei aceia acel acela acele acelea acest acesta aceste acestea acestei acestor
    acestui acolo acum ai aia aici al ale altă alte altele alt alta altfel alți am ar are aș asemenea asta astfel asupra
    atât atunci au avea aveau avem avut azi ba bine ca că căci când care cărei căror cărui cât câte câteva către ce cea ceea
    cei cel cele celei celor celui ceva chiar cine cineva cu cum cumva da dacă dar dat de deci decât deja deoarece departe
    deși despre din dintr dintre doar după ea ei el ele era erau este eu exact face fără fi fie fiecare fiind fost foarte i
    iar ieri îi îl îmi împotriva în înainte înapoi încă încât între într întru îți la le li lor lui mă mai mâine mea mei
    mele mereu meu mi mine mod mult multă multe mulți ne nici nicio niciun niște noastră noi nostru nostri nou nu numai o
    or ori oricare oricât orice oricum pe pentru peste până poate pot prea prin printre putea sa să sale sau său săi se
    și sine spre sub sunt suntem sunteți ta tău te ți toată toate tot toți totuși tu tuturor un una unde unei unele uneori
    unii unor unul unui va vă vi voastră voi vom vor vostru vreo vreun`,
  ca: `a abans això al algun alguna algunes alguns als altra altre altres amb any anys aquell aquella aquells aquest
    aquesta aquestes aquests així aixo cada com contra d'un d'una dalt de del dels des després dins doncs dos durant el
    ell ella elles ells els em en encara entre era eren és esta està estan estat et ets fa fer fet fins foren fou ha
    hagi han has havia haver hi ho i l'any la les li llavors llur malgrat mateix me més meu meva mentre molt molta moltes
    molts ni no nosaltres nostra nostre només o on pel pels per perquè però poc podem podria poden pot qual quals quan
    que què qui quin quina s'ha sa se segons sense ser serà seu seva seves seus si sí sinó sobre són sota també tan tant
    tenia tenir té tenen tot tota totes tots un una unes uns va van vos vostè`,
  gl: `a á aínda algo algún algunha ademais agora ao aos aquel aquela as así até ben cada canto cando co coa coas como con
    contra cos cun cunha da das de del dela deles desde despois dende do dos durante e é el ela elas eles en entre era
    eran esa ese eses esta está están este estes eu existe facer fai fixo foi foron hai iso isto lle lles máis mais me
    mellor menos mentres meu moi moito moita moitos moitas na nas nin no nos nosa noso non numa nun nunha o onde os
    ou outra outras outro outros para pero pola polas polo polos por porque pode poden pois quen que se sen sendo ser
    seu seus será sobre son só súa súas tamén tan ten teñen teña tiña tras un unha unhas uns vai xa xunto`,
  la: `ab ac ad at atque aut autem cum cuius de deinde dum ego eius enim erat ergo esse est et etiam ex fuit haec hanc hic
    hoc huius iam id igitur ille in inter ipse ita me mihi modo nam ne nec neque nihil nisi nobis non nos nunc ob omnes
    omnia omnis per post pro qua quae quam quem qui quia quibus quid quidem quo quod quoque quos se sed si sibi sic sine
    sub sunt suo suum tamen te tibi tu tum ubi ut uel vel vero`,
};
