/** Function words: pronouns, prepositions, conjunctions, particles, auxiliaries, common adverbs. Lower case. */
export const slavic: Readonly<Record<string, string>> = {
  ru: `а без более больше будем будет будете будешь буду будут будучи бы был была были было быть в вам вами вас ваш ваша
    ваше вдруг ведь весь во вот впрочем все всегда всего всей всем всеми всему всех всю вся всё всё-таки вы где говорит
    да даже два для до другая другие других другого другой его ее ей ему если есть еще ещё ею её же за затем зачем здесь
    и из из-за или им именно ими иногда их к каждый кажется как какая какие каких какой когда конечно которая которого
    которое которой котором которому которую которые который которым которых кроме кто куда ли либо лишь лучше между
    меня менее мне много может можно мной мной мои моих мой моя моё мы на над надо наконец нас наш наша наше наши не него
    нее ней некоторые некоторых нельзя нему несколько нет неё ни нибудь никогда ним ними них ничего но ну нужно о об
    один однако одна одни одной одно около он она они оно опять от ото отчего очень перед по под подо пока после потом
    потому поэтому почему почти поскольку при про просто раз разве с сам сама сами самого самом самый самая свои своих
    свой своего своей свою себе себя сегодня сейчас сказал сказала собой собою среди стал стала стали так также такая
    такие таких такого такой там твой твоя те тебе тебя тем теперь тех то тобой тогда того тоже только том тому тот три
    ту туда тут ты у уж уже хорошо хотя хоть чего чей чем через что чтоб чтобы чуть эта эти этим этих это этого этой этом
    этому этот эту я является являются`,
  uk: `а або але багато без би був була були було бути в вам вас ваш вже ви від він вона вони воно все всі всіх всього
    всьому втім вся ви говорить де деякі для до дуже є ж же з за завжди завдяки зі згідно його її йому і із інша інше
    інші інших їй їм їх й кожен коли крім котрий куди лише ми між мене мені може можна можуть мій моя на навіть над нам
    нас наш наша наші не нею неї нему нього ним них ні ніж ніколи ніхто нічого однак о об один одна одне оскільки ось
    перед під після по поки потім потрібно про при проте проти раз разом саме свій свої своїх свого своєї себе собі
    став стала так така таке такий такі також там та те тепер ти тим тих ті тільки то тобто того тоді той тому тут у
    усі усіх хіба хоча хто це цей ця ці цих цього цьому цієї цю чи чим через чому ще що щоб щодо я як яка яке який яких
    якого якої якому яку які якщо`,
  be: `а або аб аднак адзін але альбо без больш быў была былі было быць бы вельмі вы вас вам ваш гэта гэтага гэтай гэты
    гэтым гэтых гэтыя да дзе для ды ён ёсць ж жа з за калі каб каля які якая якія якое яго яе яна яны яму іх і із іншых
    іншыя каго кожны ля між мы можа мне мяне на над нас наш не ні нават нашай ня пад пасля паміж пра праз
    перад пры па пакуль потым сваёй свае свайго сам сябе сабе са так такі такія таксама там тады толькі той тая тое тым
    тых ты у ў усе усё усіх ужо хто хоць ці цяпер што чаго чым чаму я як яшчэ`,
  bg: `а ако ала би бил била били било благодарение без беше бъде бъдат в вас ваш ваша вече ви вие винаги все всеки всички
    всичко всяка всяко във върху г ги говори го да дали два две дори до докато докога дойде друг друга други е едва един
    една едно за заедно заради засега затова защо защото зад здравей и из или им има имат иска й каза казва как каква
    какво какъв като кога когато което които кой който колко която към кои коя къде ли лично май малко между ме мен ми
    мнозина може могат мога много му н на над назад най напред наред него нещо нея ни ние никой нито нищо но някои някой
    някъде няма о обаче около освен от отново още под пак по повече повечето пред преди през при пък равно с са сам сама
    само се сега си след следователно според сме сте срещу съм със също т така такава такива такъв там твой те тези ти то това
    тогава този той толкова точно трябва тук тъй тя тях у у утре харесва хиляди ч час че често чрез ще щом я`,
  mk: `а ако ама би без беа беше биде бил била биле било веќе го ги да дали дека додека до друг друга други е еден една едно
    едни за зад затоа зашто и или им има имаат исто како каде кај кај кога кого коишто кои која кое кој колку кон ќе ли
    мал малку меѓу ме мене многу може можат му на над најмногу нас нашата не неа него нејзиниот нему неговата неговите
    ни ние низ никој ништо но нешто некои некој од околу освен оваа овие овој ова откако под поради по после пред преку при
    против с са само се секој си сите сѐ според со средно сум сме така таа тие тоа тој тогаш тука туку уште често чија што
    штом ја јас ќе`,
  sr: `а ако али бар без би бити био била било били биће бих већ врло га где го да дали данас два до добро док други друге
    других дуж ево ево једна једне један једно је јер јесте још ја к ка када како као кад ко кога који која које којих којој
    коме којима које кроз лако ли међу ме мене ми много може могу мој моја мора на над након најпре нама нас наш не него
    неки неке некога неколико није нико ништа њега његов његове њен њу њима њих о од одмах око он она оне они оно ова ове
    овај овим ово овог осим па па пре према преко при по по под после против сам само са сваки све свега сви своје својих
    се себе себи се сада смо сте су сутра та тај тада тај тако такође там те ти тим то тог тога током том треба у уз
    уколико ће ћемо ћете често чак чији што шта`,
  hr: `a ako ali bar bez bi bih bila bile bili bilo bio biti bit će ćemo čak čiji da dakle danas do dok dobro drugi druge
    drugih duž dva evo gdje god i iako ih ili im ima imaju ipak isto iz između iznad ja je jedan jedna jedne jedno jer jest
    jesam još kad kada kako kao ka kod koja koje kojeg kojem koji kojih kojima kojoj koju kroz li me među mene mi mnogo
    mogu može moj moja moraju mora na nad nakon nam nama nas naš naše ne nego neka neki nekoliko neke nema netko ni nije
    nisam nisu nitko ništa njega njegov njegova njegove njezin njih njihov njima no o od oko on ona one oni ono ova ovaj
    ove ovo ovog pa po pod poslije prema pri prije protiv radi s sa sad sada sam samo se sebe si smo ste su svaki sve svi
    svih svoj svoje svoju svojih ta tada tako također taj te tek ti tih tijekom to toga tom treba tu u uz vam vas već vi
    vrlo za zato zbog što šta`,
  sl: `a ali ampak bi bil bila bile bili bilo biti blizu bo bodo bolj bom brez čez če čeprav da danes dela do dobro dokler
    drugi druge drugih en ena eden eno ga gre ima imajo imel in iz ja jaz je jih jo k kaj kajti kakor kako kar kateri
    katera katere katerih kdaj kdo ker ki kje ko koliko kot le lahko med mi mnogo moj mora morajo mu na nad naj najbolj
    nam nas naš ne nekaj nekateri ni nič nihče niso njegov njegova njegove njen njena njih njihov njihove no o ob od
    okoli on ona oni pa po pod pogosto po pred prej preko pri proti s sam samo saj se sebe seveda si skozi skupaj sta
    so svoj svoje svojo svojih še ta tako takrat tam te tega tej tem temu ter ti tisti to toda torej tu tudi v več vedno
    vendar vi vsa vsak vse vsega vseh vsi z za zakaj zaradi zato zdaj že`,
  cs: `a aby ačkoli aj ale anebo ani ano asi až bez bude budeme budete budou budu by byl byla byli bylo byly bych bychom
    být během celá celé co což či další dále dnes do dobrý dokud dva dvě ho i já jak jaké jako jakož je jeden jedna jedné
    jednou jedno jeho jej jejich její jejichž jemu jen jenom jenž ještě jestli jestliže ji jí jich jim jimi jinak jiné jiných
    již jsem jsi jsme jsou jste k kam kde kdo když kdyby ke která které kterého kterém kterou který kteří kterých
    kterým ku kvůli má mají mě mezi mi mimo mít může mohou moc mohl mohla musí můj my na nad nám nám námi nás náš naše ne
    nebo nebyl neboť nech něco nejsou není než nic nich ním nimi o od ode on ona oni ono pak po pod podle pokud polovina
    pouze potom pravé pro proč prostě proti proto protože před přede přes přesto při s se sebe si sice skoro snad spíše
    spolu své svého svém svou svůj svých svým ta tak také takže takový tam tato te té tedy tehdy ten tento této těch těm
    těmi ti tím tímto to toho tohle tohoto tom tomto tomu toto tu tuto ty tyto u už v váš vám vás ve vedle velmi více však
    všech všechno všechny všichni vůbec vy vždy z za zatím zatímco zda zde ze že`,
  sk: `a aby aj ak ako ako ale alebo ani áno asi až bez bol bola boli bolo bude budeme budú by byť čase či čo cez ďalej
    ďalší ďalšie dnes do ešte ho hoci i iba ich im inak iné iných ja je jeden jedna jedno jeho jej ju k kam každý kde kde
    kedy keď keďže keby ktorá ktoré ktorej ktorí ktorom ktorou ktorý ktorých ktorým ktorú kto ku lebo len má majú mal mala
    medzi mi mimo mňa môj môže môžu mu musí my na nad najmä nám nami nás náš naša naše ne nebol nech nej nejaký než nič
    nich nie niekoľko nimi niečo nový o od okrem on ona oni ono oproti po pod podľa pokiaľ pomocou popri potom práve pre
    prečo pred predtým preto pretože pri prostredníctvom s sa seba si skôr sme so som späť ste sú svoj svoje svojho svojou
    svojich ta tak takže takto takýto tam táto te teda ten tento ti tiež tí tie tieto tých tým títo to toho tohto tom
    tomto tomu toto tu tú túto ty tej už v vám vás váš viac však všetci všetko všetky vo vy vždy z za zatiaľ zo že`,
  pl: `a aby ale albo ani aż bardziej bardzo bez bo bowiem by był była było byli były być będzie będą będę choć chociaż ci
    cię co coraz coś czego czemu czy czyli daleko dla dlaczego dlatego do dobrze dokąd dość dwa dzisiaj gdy gdyby gdyż
    gdzie go i ich ile im inna inne innych innego inny iż ja jak jaka jakaś jaki jakie jako jakoś je jeden jedna jedno jednak
    jednym jego jej jemu jest jestem jeszcze jeśli jeżeli już ją każda każdy każdego kiedy kilka kto ktoś która które którego
    której którą który których którym którzy ku lub ma mają mam mamy mi mimo między mnie może możliwe można mój moja moje mu
    musi my na nad nam nami nas nasz nasza nasze natomiast nawet nic nich nie niego niej niemu nigdy nim nimi niż no o obok
    od około on ona one oni ono oraz pan po pod podczas pomimo ponad ponieważ powinien poza prawie przed przede przedtem
    przez przy raz razie również są się sam sama sobie swoje swoich swój swoją ta tak taka taki takie takich także tam te
    tego tej ten też ty tych tylko tym tymi to tobie toteż trzeba tu twój u w wam was we według wiele wielu więc wszyscy
    wszystkich wszystkie wszystko wśród wtedy z za zawsze zatem ze znowu żaden że żeby`,
};
