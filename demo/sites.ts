/** The sites of the demo web and their feeds: who writes, in which language and format, and which feeds misbehave. */

export type Language = 'en' | 'ja' | 'ru';

export type FeedFormat = 'rss-2.0' | 'rss-0.91' | 'rss-1.0' | 'atom-1.0' | 'atom-0.3' | 'json-1.1';

/**
 * - `slow`: answers after a delay.
 * - `rate-limited`: every second request is answered 429 with Retry-After.
 * - `moved`: subscribers know `movedFrom`, which answers 301.
 * - `lying-encoding`: says UTF-8, is windows-1251.
 * - `malformed`: an ampersand in the channel's title is not escaped.
 */
export type Behaviour = 'slow' | 'rate-limited' | 'moved' | 'lying-encoding' | 'malformed';

export interface FeedDefinition {
  file: string;
  format: FeedFormat;
  /** `partial` feeds carry the first paragraph; the rest stands on the article's page. */
  content: 'full' | 'partial';
  /** Title, language and author are the site's if absent. */
  title?: string;
  language?: Language;
  author?: string;
  /** Only the articles of this sub-folder of the site; otherwise all. */
  section?: string;
  behaviour?: Behaviour;
  /** Path on the demo's origin that answers 301 to this feed. */
  movedFrom?: string;
  /** Encoding of the document, declared honestly. UTF-8 if absent. */
  encoding?: 'shift_jis';
  isPodcast?: boolean;
}

export interface Site {
  /** Path prefix on the demo's origin, and folder under `sites/`. */
  key: string;
  title: string;
  tagline: string;
  about: string;
  author: string;
  language: Language;
  /** Folder in the OPML; `/` separates nested folders. */
  folder: string;
  motif: 'hills' | 'tiles' | 'waves' | 'stars';
  /** Paper, ink, accent, then three more colours for the pictures; `#rrggbb`. */
  palette: readonly [string, string, string, string, string, string];
  feeds: readonly FeedDefinition[];
}

export const tickerSiteKey = 'harbour';

export const sites: readonly Site[] = [
  {
    key: 'garden',
    title: 'The Slow Garden',
    tagline: 'Notes from a small plot that is in no hurry',
    about: 'One gardener, one water butt, nine square metres of beans. New notes appear when the weather allows.',
    author: 'Edith Marlow',
    language: 'en',
    folder: 'Home',
    motif: 'hills',
    palette: ['#f7f5ec', '#2c3a2a', '#5c8a3a', '#a9c77b', '#e7b75a', '#dfe9d8'],
    feeds: [{ file: 'feed.xml', format: 'rss-2.0', content: 'full' }],
  },
  {
    key: 'bread',
    title: 'Crumb and Crust',
    tagline: 'Baking at home, explained without hurry',
    about: 'What happens inside a loaf and how to help it along. Written at a kitchen table beside a warm oven.',
    author: 'Tomas Reed',
    language: 'en',
    folder: 'Home',
    motif: 'tiles',
    palette: ['#fbf4e9', '#3b2a1d', '#b4632a', '#e0ad6b', '#f1d9b0', '#8a4b24'],
    feeds: [{ file: 'atom.xml', format: 'atom-1.0', content: 'full' }],
  },
  {
    key: 'tea',
    title: '茶の時間',
    tagline: '湯が沸くまでのあいだに書く',
    about: 'お茶を淹れながら考えたことを、湯のみ一杯ぶんずつ書いています。急がない方のための小さな頁です。',
    author: '水野千代',
    language: 'ja',
    folder: 'Home',
    motif: 'waves',
    palette: ['#f4f5ea', '#26352b', '#56793f', '#9fb777', '#d8dfb6', '#c9a45c'],
    feeds: [{ file: 'index.rdf', format: 'rss-1.0', content: 'full', encoding: 'shift_jis' }],
  },
  {
    key: 'computers',
    title: 'Small Computers',
    tagline: 'Machines that one person can understand',
    about:
      'Essays about little machines and the people who look inside them. The feed gives the beginning; the page has the rest.',
    author: 'Ines Vogel',
    language: 'en',
    folder: 'Making',
    motif: 'tiles',
    palette: ['#f2f4f6', '#1f2a36', '#2f6f9f', '#86b6d4', '#e8c468', '#c9d7e2'],
    feeds: [{ file: 'rss.xml', format: 'rss-2.0', content: 'partial' }],
  },
  {
    key: 'bicycles',
    title: 'Two Thin Wheels',
    tagline: 'How the bicycle works, and why it is lovely',
    about: 'A mechanic’s notebook, kept since the shop had a dial telephone. The feed is of about the same age.',
    author: 'Hal Brennan',
    language: 'en',
    folder: 'Making',
    motif: 'waves',
    palette: ['#f5f1ee', '#2b2527', '#b23a48', '#e39b8b', '#f3d7c6', '#4a6d7c'],
    feeds: [{ file: 'atom03.xml', format: 'atom-0.3', content: 'full' }],
  },
  {
    key: 'workshop',
    title: 'Nuts & Bolts',
    tagline: 'A shed, a bench, and what was learnt there',
    about: 'Short lessons from a workshop. The feed is written by hand, and now and then it shows.',
    author: 'Ruth Okafor',
    language: 'en',
    folder: 'Making',
    motif: 'tiles',
    palette: ['#f3f1ea', '#2d2c28', '#7a6a3a', '#c2b280', '#d9d4c0', '#98522f'],
    feeds: [{ file: 'feed.xml', format: 'rss-2.0', content: 'full', behaviour: 'malformed' }],
  },
  {
    key: 'letters',
    title: 'Letterspace',
    tagline: 'Typography for people who read',
    about: 'On the shapes of letters and the white between them. Set with care, measured in ems.',
    author: 'Clara Lindqvist',
    language: 'en',
    folder: 'Letters',
    motif: 'tiles',
    palette: ['#fafafa', '#1c1c1c', '#c1272d', '#e7e0d6', '#f2c14e', '#8d8d8d'],
    feeds: [{ file: 'feed.json', format: 'json-1.1', content: 'full' }],
  },
  {
    key: 'windows',
    title: 'Three Windows',
    tagline: 'Three writers, three languages, the same three subjects',
    about: 'Each month a subject is drawn from a hat; one of us writes in English, one in Japanese, one in Russian.',
    author: 'Ann, 直子 and Вера',
    language: 'en',
    folder: 'Letters/Three Windows',
    motif: 'stars',
    palette: ['#f4f2f7', '#2a2638', '#6a4c93', '#b8a1d1', '#f2c57c', '#3d405b'],
    feeds: [
      {
        file: 'english.xml',
        format: 'rss-2.0',
        content: 'full',
        title: 'Three Windows: English',
        language: 'en',
        author: 'Ann Whitlow',
        section: 'english',
      },
      {
        file: 'japanese.json',
        format: 'json-1.1',
        content: 'full',
        title: '三つの窓・日本語',
        language: 'ja',
        author: '森下直子',
        section: 'japanese',
      },
      {
        file: 'russian.atom',
        format: 'atom-1.0',
        content: 'full',
        title: 'Три окна: по-русски',
        language: 'ru',
        author: 'Вера Ланская',
        section: 'russian',
      },
    ],
  },
  {
    key: 'trains',
    title: 'Sleeper',
    tagline: 'A podcast about night trains, with very short episodes',
    about:
      'Each episode is a few seconds of sound and a page of notes, which is about what one remembers in the morning.',
    author: 'Oskar and Mila',
    language: 'en',
    folder: 'Journeys/By land',
    motif: 'stars',
    palette: ['#eef0f5', '#1b2233', '#3d5a98', '#8fa6d6', '#f0c987', '#101728'],
    feeds: [{ file: 'podcast.xml', format: 'rss-2.0', content: 'full', isPodcast: true }],
  },
  {
    key: 'alleys',
    title: '路地の散歩',
    tagline: '地図を持たずに歩く',
    about: '坂と暗渠と銭湯のあいだを歩いて、見つけたものを書きとめます。フィードには書き出しだけ、続きは頁にあります。',
    author: '小川健',
    language: 'ja',
    folder: 'Journeys/By land',
    motif: 'hills',
    palette: ['#f8f3ee', '#33272a', '#a6584c', '#d9a58b', '#e9d3bd', '#6d7f8c'],
    feeds: [{ file: 'atom.xml', format: 'atom-1.0', content: 'partial' }],
  },
  {
    key: 'maps',
    title: 'The Margin of the Map',
    tagline: 'About maps, slowly',
    about: 'Served by a very old machine in an attic. It always answers; it is never quick.',
    author: 'Gwen Hale',
    language: 'en',
    folder: 'Journeys/By land',
    motif: 'waves',
    palette: ['#f6f3e6', '#2f3126', '#8a7b3f', '#c9bd86', '#a8c3b8', '#d98f5c'],
    feeds: [{ file: 'rss091.xml', format: 'rss-0.91', content: 'full', behaviour: 'slow' }],
  },
  {
    key: 'rivers',
    title: 'Вниз по течению',
    tagline: 'Записки о реках, больших и безымянных',
    about: 'Лодка, термос, тетрадь. Пишу о том, что видно с воды и с берега.',
    author: 'Павел Ракитин',
    language: 'ru',
    folder: 'Journeys/By water',
    motif: 'waves',
    palette: ['#eef4f5', '#1f3238', '#2a7f8e', '#7fb9c0', '#cfe3dc', '#d9b26a'],
    feeds: [{ file: 'atom.xml', format: 'atom-1.0', content: 'full' }],
  },
  {
    key: 'lights',
    title: 'Occulting White',
    tagline: 'Lighthouses, one flash at a time',
    about: 'The keeper of this site sleeps by day and does not like to be asked twice in a row.',
    author: 'Morag Sinclair',
    language: 'en',
    folder: 'Journeys/By water',
    motif: 'hills',
    palette: ['#f1f5f8', '#1d2b3a', '#c8442f', '#8fb3cc', '#f6e3a1', '#37566f'],
    feeds: [{ file: 'atom.xml', format: 'atom-1.0', content: 'full', behaviour: 'rate-limited' }],
  },
  {
    key: 'weather',
    title: 'Погодный дневник',
    tagline: 'Что было сегодня за окном',
    about: 'Наблюдения с балкона третьего этажа: термометр, барометр и человек в свитере.',
    author: 'Нина Белова',
    language: 'ru',
    folder: 'Sky',
    motif: 'hills',
    palette: ['#f0f3f7', '#28323f', '#4f7cac', '#a3bfd9', '#e6d9c0', '#7d8ca3'],
    feeds: [{ file: 'rss.xml', format: 'rss-2.0', content: 'full', behaviour: 'lying-encoding' }],
  },
  {
    key: 'sky',
    title: 'Небо без телескопа',
    tagline: 'Что видно просто так, если поднять голову',
    about: 'Для тех, кто возвращается домой поздно и не торопится заходить. Сайт недавно переехал на новый адрес.',
    author: 'Лев Горский',
    language: 'ru',
    folder: 'Sky',
    motif: 'stars',
    palette: ['#eef0f8', '#1c2038', '#4b4f9c', '#9aa0dd', '#f5d98b', '#12152b'],
    feeds: [
      {
        file: 'rss.xml',
        format: 'rss-2.0',
        content: 'full',
        behaviour: 'moved',
        movedFrom: '/old-sky/export/rss.xml',
      },
    ],
  },
  {
    key: tickerSiteKey,
    title: 'Harbour Ticker',
    tagline: 'Every minute, something small happens in a small port',
    about: 'The harbour office notes what passes its window. The port is invented; the pace is not.',
    author: 'The harbour office',
    language: 'en',
    folder: 'News',
    motif: 'waves',
    palette: ['#eef5f6', '#16303a', '#0f7c90', '#8cc5cf', '#f4d58d', '#e07a5f'],
    feeds: [{ file: 'ticker.xml', format: 'rss-2.0', content: 'full' }],
  },
];
