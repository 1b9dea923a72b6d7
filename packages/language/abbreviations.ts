/** Abbreviations that are followed by more of the same sentence. Without their last point, lower case. */
const before: Readonly<Record<string, string>> = {
  en: `mr mrs ms mx dr prof rev fr hon gov sen rep gen col lt maj capt cmdr sgt cpl pvt adm pres supt messrs mme mlle st mt ft
    no nos vol vols ed eds pp fig figs eq sec ch chap art op cit vs v cf e.g i.e viz approx ca al est dept univ assn bros
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun a.k.a resp incl excl
    min max avg tel ext`,
  de: `dr prof hr fr frl st hl bspw bzw ca d.h z.b z.t u.a u.u v.a s.o s.u evtl ggf gem geb gest inkl exkl insb jh max min mind mio
    mrd nr o.ä od sog st str tel u usf vgl zzgl abs art bd hrsg kap i.d.r i.a i.e i.v m.e p.a v.chr n.chr jan feb febr apr aug
    sept okt nov dez mo di mi do fr sa so ing dipl mag rd bes betr einschl entspr lt zit allg amtl angebl ehem eigtl erg jährl
    monatl tägl urspr verh wiss zus chr rel bürgerl kfm gegr`,
  fr: `m mm mme mmes mlle mlles dr pr me mgr st ste av bd boul p pp vol chap art fig éd n no nos env ex c.-à-d p.ex cf i.e janv févr
    avr juil sept oct nov déc lun mar mer jeu ven sam dim tél adj gén col cap lt sgt prof réf hab apr`,
  es: `sr sra sres sras srta d dª dña dr dra drs prof profa lic ing arq gral gob pdte st sto sta av avda c pág págs p pp vol cap art
    fig núm nº no ed aprox p.ej ej cf vs ene feb mar abr may jun jul ago sept oct nov dic tel ud uds vd vds ee`,
  pt: `sr sra srs sras srta dr dra drs prof profa eng arq gen cel cap ten sgt d st sto sta av r pág págs p pp vol cap art fig n nº no núm
    ed aprox p.ex ex cf vs jan fev mar abr mai jun jul ago set out nov dez tel exmo exma v.exa`,
  it: `sig sigg sigra sig.ra dott dott.ssa dr prof prof.ssa ing avv arch geom on sen gen col cap ten mons s ss v.le p.za c.so pag
    pagg p pp vol cap art fig n nn nr ed ca cfr es p.es ecc.ti gen feb mar apr mag giu lug ago set sett ott nov dic tel`,
  nl: `dhr mevr mw mr mrs dr drs prof ir ing ds st bijv bv blz ca cf d.w.z d.m.v i.p.v i.v.m m.b.t m.n n.a.v o.a o.m t.a.v t.o.v t/m
    vgl z.g.n zgn nr nrs p pp art hfdst fig jan feb mrt apr jun jul aug sept okt nov dec tel incl excl max min mln mld resp
    jhr jkvr gem`,
  ru: `г гг в вв н т тт т.е т.к т.н т.д им ул пр просп пл пер наб д дом кв корп стр обл р р-н с п пос ст см ср напр др проф акад доц
    чл.-корр канд кап полк ген лейт ген.-м руб коп тыс млн млрд трлн тел рис табл гл разд изд ред сост янв фев февр мар апр июн
    июл авг сен сент окт ноя нояб дек г-н г-жа св мин макс экз илл англ нем фр лат греч рус`,
  uk: `р рр ст в т тт тис т.зв т.і ім вул просп пл пров обл м с смт див напр ін проф акад доц канд гр грн коп млн млрд тел рис табл
    гл розд вид ред упоряд січ лют бер квіт трав черв лип серп вер жовт лист груд св англ нім лат`,
  pl: `al art b bp cd cdn cyt dr dyr doc gen godz hr im in inż itd itp jw kard kpt ks m.in mgr min mjr mld mln n nr np nt o ok os p par
    pkt płk pn por prof przyp pt r red rozdz rtm s.c sp św śr szt t tj tab tel tys tzn tzw ub ul ur w wg zł zm zob`,
  cs: `apod atd atp bc bl č čes čís čj dr doc e.g hod ing inž judr kap max mgr min mil mld mudr např nar nám náb obr odst p pan phdr
    pl pol pozn př prof r resp rndr ř s sb sl srov st str sv tab tel tis tj tř tzn tzv ul ústř viz zejm`,
  sv: `bl.a ca d.v.s dr dvs e.d em el enl etc ev f.d f.n f.o.m fr.o.m fig forts f.ö förf gm hr inkl jfr jr kap kl kr m.a.o m.fl m.m
    max milj min mkt mom mr nr nuv o.d o.s.v obs osv p.g.a prof resp s.k sid st t.ex t.o.m t.v tel tr u.a ung vol`,
  da: `adr afd aht alm ang apr art aug bd bl.a bl bygn ca cand d.d d.v.s dec dvs eks ekskl el etc evt f.eks f.kr e.kr feb fhv fig fl fr
    gl hhv hr i.e inkl int iflg jan jf jr jul jun kap kl kr kgl lic m.a.o m.fl m.h.t m.v max mar mht mia mio min mr mrk mv nov
    nr nuv obs o.a okt osv p.g.a pga pkt prof red s sdr sen sept sk skt st tlf u.a vedr vha`,
  no: `adr ang bl.a bl ca d.v.s dr dvs e.l el etc evt f.eks f.o.m fhv fig fr gml hr iflg inkl innb jf jfr jr kap kgl kl kr m.a.o m.fl
    m.m maks mill min mrd mv nr o.l osv p.g.a pga pkt prof s.k sekr sen siv sml st str t.o.m tidl tlf vedr vgs vol`,
  fi: `eaa ed em ent esim ev fil ilm jne joht jr k kirj klo ko ks lk lkm lyh m.m maist mk mm mrd milj n nk nro ns nyk o.s oik os p par
    pj prof puh r s sis so ss synt t tav tj tk tms toim tri ts tus v vars vrt vs vuod yht yl ym yms yo`,
  hu: `áll alez bek bp br bt btk ca cf csü cm dec dept dr du el em eng ev ezr febr felv fm fmh fok fsz fszt fő gb gr gy hg hiv honv hsz
    id ifj ig ill im inc int ip isk ism jan jkv júl jún kb kf kgy kp krt ker kiad kft köv közp lev máj max márc mb min mk mn
    n nb nov nr nyrt okl okt op orsz ov ovh oszt özv pd pf pl pol prof pu ref rkp rt s szept szerk szt sztv tc tel tkp tvr u ua
    ui ún v vill vm vö vsz zrt`,
  ro: `al alin art bd bl bucur cap cca ch cf conf d dl dna dr dvs ed etc ex fig gen ha hr ing jud lt lit max mil min mld mun mr nr
    obs p pag pct prof pt red reg s sc sec sf st str tel urm v vol`,
  tr: `alb apt as av bk bkz bl bçvş böl bul cad çev dk doç dr drl dz ecz ed fak gen gn hv hz ing is jeol kim kom kor krş ltd mad mah
    man md mr müh no nö ok op opr or ord org örn sn sok şb şti tb tel tğm tls tug tuğ üni uzm vb vd vs yay yd yrd yzb yy yön`,
  el: `αι βλ δηλ δρ ι.χ κ κα κκ κλπ λ.χ μ.μ π.μ μ.χ π.χ π.δ σ σελ τ.χ υπ αρ αγ τηλ τόμ κεφ παρ`,
};

/** The same, but ordinary words, too, or ends of sentences: believed before a number only (`No. 5`, `Sat. 3 May`). */
const beforeNumbers: Readonly<Record<string, string>> = {
  en: 'no nos art ch est eq ext fig figs sec p pp pt par v ver op approx max min avg jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun',
  de: 's nr abs art abb bd kap z mo di mi do fr sa so max min jan feb mar mai jun jul aug sept okt nov dez tel ca',
  fr: 'no p pp art fig vol col n mar sam sept tél',
  es: 'p pp art fig no dom mar sept tel n',
  pt: 'p pp art fig n dom set mar tel r',
  it: 'p pp art fig n set mar es tel',
  nl: 'p pp art nr za zo wo tel max min',
  ru: 'с т п д кв стр ст рис табл гл тел',
  uk: 'с т п д кв стор ст рис табл гл тел',
};

/** Units and firms: what follows may be a new sentence, and is one if it begins like one. */
const undecided: Readonly<Record<string, string>> = {
  en: 'inc corp co ltd llc jr sr esq plc a.m p.m b.c a.d',
  de: 'co jr sr n.chr v.chr',
  fr: 'cie jr',
  es: 'cía s.a jr',
  pt: 'cia ltda s.a jr',
  it: 's.p.a s.r.l jr',
  nl: 'b.v n.v jr',
  ru: 'г гг в вв тыс млн млрд трлн руб коп н.э др пр',
  uk: 'р рр ст тис млн млрд грн коп н.е ін',
};

export type AbbreviationKind = 'goes on' | 'goes on before numbers' | 'undecided';

/** What follows the point after a word (lower case, inner points kept); null if the word is no abbreviation. */
export function abbreviationKind(word: string, language: string): AbbreviationKind | null {
  if (kinds.undecided.get(language)?.has(word)) return 'undecided';
  if (kinds.numbered.get(language)?.has(word)) return 'goes on before numbers';
  return (kinds.plain.get(language) ?? kinds.plain.get('en'))?.has(word) ? 'goes on' : null;
}

const kinds = { plain: sets(before), numbered: sets(beforeNumbers), undecided: sets(undecided) } as const;

function sets(lists: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(lists).map(([language, list]) => [language, new Set(list.split(/\s+/))] as const));
}
