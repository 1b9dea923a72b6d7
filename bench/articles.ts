/** Articles as blogs and papers write them, made up: the same for the same number. */
export interface MadeArticle {
  title: string;
  paragraphs: string[];
  language: Language;
}

type Language = 'en' | 'ja' | 'ru';

interface Words {
  subjects: string[];
  verbs: string[];
  objects: string[];
  circumstances: string[];
  connectives: string[];
  gap: string;
  stop: string;
  name: (random: Random) => string;
}

type Random = (below: number) => number;

const SENTENCES = { least: 10, span: 24 };
const SENTENCES_A_PARAGRAPH = 4;
/** Of ten articles. */
const LANGUAGES: Language[] = ['en', 'en', 'en', 'en', 'en', 'ja', 'ja', 'ru', 'ru', 'en'];

export function makeArticle(number: number): MadeArticle {
  const random = randomOf(number);
  const language = LANGUAGES[number % LANGUAGES.length] ?? 'en';
  const words = lexicon[language];
  // What an article is about: it comes back in every other sentence.
  const heroes = [words.name(random), words.name(random), pick(words.subjects, random)];
  const count = SENTENCES.least + random(SENTENCES.span);
  const sentences = Array.from({ length: count }, () => makeSentence(words, heroes, random));
  const paragraphs: string[] = [];
  for (let from = 0; from < count; from += SENTENCES_A_PARAGRAPH) {
    paragraphs.push(sentences.slice(from, from + SENTENCES_A_PARAGRAPH).join(words.gap));
  }
  const title = [heroes[0], pick(words.verbs, random), pick(words.objects, random)].join(words.gap);
  return { title, paragraphs, language };
}

function makeSentence(words: Words, heroes: string[], random: Random): string {
  const subject = random(2) === 0 ? pick(heroes, random) : pick(words.subjects, random);
  const parts = [
    ...(random(3) === 0 ? [pick(words.connectives, random)] : []),
    subject,
    pick(words.verbs, random),
    pick(words.objects, random),
    pick(words.circumstances, random),
    ...(random(4) === 0 ? [String(1900 + random(130))] : []),
  ];
  const text = parts.join(words.gap);
  return text.charAt(0).toUpperCase() + text.slice(1) + words.stop;
}

const syllables = [
  'ka',
  'lin',
  'mor',
  'ta',
  'ves',
  'dro',
  'nel',
  'sha',
  'bri',
  'gon',
  'pel',
  'ur',
  'tis',
  'har',
  'wen',
];
const kana = ['サ', 'ミ', 'ロ', 'カ', 'ト', 'ナ', 'ベ', 'リ', 'ス', 'モ', 'ダ', 'エ'];
const slavic = ['бо', 'рис', 'гра', 'ло', 'вен', 'мир', 'та', 'ско', 'дан', 'ру', 'нов', 'лес'];

const lexicon: Record<Language, Words> = {
  en: {
    subjects: words(
      'the city council|a small publisher|the research group|an old lighthouse keeper|the new compiler|the harbour authority|a family of bakers|the space agency|her first novel|the railway museum|this database|the national team|an unknown painter|the vineyard|a court in the capital|the climate report|the open source project|a school orchestra',
    ),
    verbs: words(
      'has rebuilt|is measuring|finally published|will replace|refused to sell|quietly removed|described in detail|found a fault in|is planning|opened|has photographed|compared|translated|lost|now supports|doubled',
    ),
    objects: words(
      'the memory of its servers|a collection of letters|the bridge over the river|thirty kilometres of track|the budget for next year|an early map of the coast|the recipe for rye bread|two million records|the engine of a small ship|a protocol for encrypted messages|the harvest|the largest telescope|a garden behind the station|the rules of the game|several thousand birds|the winter timetable',
    ),
    circumstances: words(
      'after months of work|in spite of heavy rain|with the help of volunteers|for the first time since the war|without telling anybody|at half the cost|before the end of the season|in a single night|because the old one had failed|near the northern border|as readers had asked|under a new licence',
    ),
    connectives: words(
      'meanwhile|however,|according to the minutes,|two weeks later|to everyone’s surprise|in the end',
    ),
    gap: ' ',
    stop: '.',
    name: (random) => capital(pick(syllables, random) + pick(syllables, random) + pick(syllables, random)),
  },
  ja: {
    subjects: words(
      '市議会は|小さな出版社は|研究グループは|古い灯台守は|新しいコンパイラは|港湾局は|パン屋の家族は|宇宙機関は|鉄道博物館は|気候報告書は|学校の楽団は|無名の画家は',
    ),
    verbs: words('静かに|詳しく|ようやく|初めて|慎重に|何度も|突然|夜通し'),
    objects: words(
      '川に架かる橋を|手紙の収集を|来年の予算を|海岸の古い地図を|ライ麦パンの作り方を|二百万件の記録を|小さな船の機関を|暗号通信の規約を|冬の時刻表を|駅裏の庭を|数千羽の鳥を|最大の望遠鏡を',
    ),
    circumstances: words(
      '作り直した|測定している|公表した|売ることを断った|写真に収めた|比較した|翻訳した|失った|計画している|開放した',
    ),
    connectives: words('一方で、|しかし、|議事録によると、|二週間後、|驚いたことに、|結局、'),
    gap: '',
    stop: '。',
    name: (random) => `${pick(kana, random)}${pick(kana, random)}${pick(kana, random)}は`,
  },
  ru: {
    subjects: words(
      'городской совет|небольшое издательство|исследовательская группа|старый смотритель маяка|новый компилятор|портовое управление|семья пекарей|космическое агентство|железнодорожный музей|климатический отчёт|школьный оркестр|неизвестный художник',
    ),
    verbs: words(
      'восстанавливает|измеряет|наконец публикует|заменит|отказывается продать|тихо убирает|подробно описывает|планирует|открывает|фотографирует|сравнивает|переводит',
    ),
    objects: words(
      'мост через реку|собрание писем|бюджет на следующий год|старую карту побережья|рецепт ржаного хлеба|два миллиона записей|двигатель небольшого судна|протокол шифрованной связи|зимнее расписание|сад за вокзалом|несколько тысяч птиц|самый большой телескоп',
    ),
    circumstances: words(
      'после месяцев работы|несмотря на сильный дождь|с помощью добровольцев|впервые после войны|никому не сказав|за половину цены|до конца сезона|за одну ночь|у северной границы|по просьбе читателей',
    ),
    connectives: words(
      'тем временем|однако|согласно протоколу,|две недели спустя|ко всеобщему удивлению|в конце концов',
    ),
    gap: ' ',
    stop: '.',
    name: (random) => capital(pick(slavic, random) + pick(slavic, random) + pick(slavic, random)),
  },
};

function words(text: string): string[] {
  return text.split('|');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function pick(list: readonly string[], random: Random): string {
  return list[random(list.length)] ?? '';
}

/** Whole numbers below a bound; a linear congruential generator with the constants of Numerical Recipes. */
function randomOf(seed: number): Random {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
