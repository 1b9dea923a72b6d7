import type { Article } from './articles.ts';

export const tickerIntervalMs = 60_000;
const listedNotes = 20;

/** The ticker's newest notes: one a minute by the clock, each the same whenever it is asked for, also after a restart. */
export function tickerArticles(now: Date): Article[] {
  const newest = Math.floor(now.getTime() / tickerIntervalMs);
  return Array.from({ length: listedNotes }, (_, index) => tickerArticle(newest - index));
}

/** The note of a minute (counted from 1970); null if that minute has not come yet. */
export function findTickerArticle(slug: string, now: Date): Article | null {
  if (!/^\d{1,9}$/.test(slug)) return null;
  const minute = Number(slug);
  return minute * tickerIntervalMs <= now.getTime() ? tickerArticle(minute) : null;
}

function tickerArticle(minute: number): Article {
  const publishedAt = new Date(minute * tickerIntervalMs);
  const clock = publishedAt.toISOString().slice(11, 16);
  const note = pick(notes, minute);
  const facts = {
    boat: pick(boats, minute * 7 + Math.floor(minute / notes.length)),
    wind: pick(winds, Math.floor(minute / 5)),
    count: 2 + ((minute * 13) % 17),
    berth: 1 + ((minute * 5) % 9),
    cargo: pick(cargoes, minute * 3 + Math.floor(minute / 60)),
  };
  const title = fillIn(note.title, facts);
  const paragraphs = [...note.text, `Wind at ${clock} UTC: ${facts.wind}. ${pick(closings, minute * 11)}`].map((text) =>
    fillIn(text, facts),
  );
  return {
    slug: String(minute),
    section: '',
    title: `${clock} ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
    html: paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n'),
    summary: paragraphs[0] ?? '',
    publishedAt,
    tags: ['harbour', note.tag],
    imageDescription: null,
  };
}

function fillIn(text: string, facts: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_match, name: string) => String(facts[name]));
}

function pick<Values extends readonly [unknown, ...unknown[]]>(values: Values, index: number): Values[number] {
  return values[index % values.length] ?? values[0];
}

const boats = [
  'the Kittiwake',
  'the Patient Anna',
  'the North Star',
  'the Two Brothers',
  'the Bellflower',
  'the Quiet Return',
  'the Samphire',
  'the Old Moon',
  'the Marigold',
  'the Fair Exchange',
  'the Lapwing',
] as const;

const winds = [
  'light, from the south-west',
  'none worth writing down',
  'a steady breeze from the west',
  'fresh, with gusts round the corner of the customs house',
  'gentle, from the land, smelling of hay',
  'north-easterly and cold on the hands',
] as const;

const cargoes = [
  'barley',
  'slates',
  'oranges',
  'timber',
  'wool',
  'salt',
  'bottled pears',
  'bicycles',
  'clay pots',
] as const;

const closings = [
  'The kettle is on.',
  'Visibility good enough to count the sheep on the island.',
  'Nothing further.',
  'The office cat has seen it and agrees.',
  'The log is up to date, for once.',
  'The barometer has been tapped and did not answer.',
  'More when there is more.',
] as const;

const notes = [
  {
    tag: 'arrivals',
    title: '{boat} comes alongside',
    text: [
      'Now at berth {berth}: {boat}, with {count} pallets of {cargo} and a mate who waved with his whole arm.',
      'Unloading begins when the crane driver has finished his sandwich, which is the custom of the port.',
    ],
  },
  {
    tag: 'departures',
    title: '{boat} casts off',
    text: [
      'Away from berth {berth} went {boat}, loaded with {cargo}. The lines were coiled before she had passed the light.',
      'She is expected back within {count} days; the harbour master has bet on one more than that.',
    ],
  },
  {
    tag: 'wildlife',
    title: '{count} seals on the sandbank',
    text: [
      'They lie in a row like commas, and there were fewer this morning. One of them is asleep in the water, upright, with only the nose out.',
      'Skippers are asked to pass on the far side and to leave the engine low.',
    ],
  },
  {
    tag: 'harbour',
    title: 'The swing bridge opens',
    text: [
      'Traffic stands for {count} minutes while {boat} goes through to the inner basin. The bridge keeper thanks those who switched off their engines.',
      'A boy counted the rivets aloud and reached a very high number.',
    ],
  },
  {
    tag: 'cargo',
    title: 'A crate of {cargo} finds its owner',
    text: [
      'It had stood on the quay since Tuesday with the label in the rain. The handwriting turned out to belong to the baker.',
      'The office reminds all consignees that pencil survives water better than ink does.',
    ],
  },
  {
    tag: 'tide',
    title: 'High water on the third step',
    text: [
      'The tide stopped at the third step of the old stairs, where the weed begins, and stayed there for some minutes as if thinking.',
      'Small boats at berth {berth} should be given a little more rope before the ebb.',
    ],
  },
  {
    tag: 'harbour',
    title: 'Fresh paint on bollard {berth}',
    text: [
      'Bollard {berth} is white again, and so, by accident, is the left sleeve of the deputy harbour master.',
      'Please make fast elsewhere until evening. There are {count} other bollards and they feel neglected.',
    ],
  },
  {
    tag: 'wildlife',
    title: 'Gulls hold a meeting on the net loft',
    text: [
      'About {count} attended. Nothing was decided, loudly. They broke up when {boat} came in with her decks unwashed.',
      'The loft roof will be rinsed by the next shower, according to long practice.',
    ],
  },
  {
    tag: 'repairs',
    title: '{boat} goes up the slip',
    text: [
      'Hauled out at the top of the tide for scraping and a look at the rudder. The shipwright listened to the planks with his knuckles and was pleased.',
      'She will be in the yard for {count} days. Anyone wanting barnacles may help themselves.',
    ],
  },
  {
    tag: 'ferry',
    title: 'Ferry leaves with {count} passengers',
    text: [
      'Aboard were {count} people, one accordion, and a parcel of {cargo} for the island shop. The accordion travelled free on condition of silence.',
      'The next boat waits for the train, as it should.',
    ],
  },
  {
    tag: 'harbour',
    title: 'Found: one glove',
    text: [
      'A left glove, grey, hand-knitted, was found on the ladder at berth {berth}. It has been hung on the office door with the {count} others.',
      'A right glove of the same family was handed in last spring and is still hopeful.',
    ],
  },
  {
    tag: 'cargo',
    title: 'The crane lifts {cargo}',
    text: [
      'All of it came out of {boat} in {count} lifts, and nothing was dropped but a remark. The crane was oiled afterwards.',
      'The quay is swept and open again to walkers, prams and the man who draws.',
    ],
  },
  {
    tag: 'lights',
    title: 'The pier light is tested',
    text: [
      'One long flash, a pause, and one more: the green lamp on the pier head works. The spare bulb was dusted and put back in its box.',
      'From the window of this office the flash was seen in {count} puddles at once.',
    ],
  },
  {
    tag: 'ferry',
    title: 'Island boat reports mist',
    text: [
      'The ferry was heard before she was seen, and came out of the mist beside berth {berth} as if a curtain had been drawn.',
      'Passengers said that the island was in sunshine. It often is.',
    ],
  },
  {
    tag: 'arrivals',
    title: 'A visitor under sail',
    text: [
      'A small yacht with a red sail asked for a place and was given berth {berth}, beside {boat}. Her skipper paid in coins and compliments.',
      'She stays {count} nights or until the biscuits are finished.',
    ],
  },
  {
    tag: 'harbour',
    title: 'The weighbridge is right again',
    text: [
      'After adjustment the weighbridge agrees with itself. A cart of {cargo} was weighed {count} times running with the same result.',
      'The clerk has asked that nobody stand on it to find out about breakfast.',
    ],
  },
  {
    tag: 'wildlife',
    title: 'A heron inspects berth {berth}',
    text: [
      'It stood in the shallow corner without moving for longer than anyone in the office could. Then it took one eel and left without signing the book.',
      'It was last seen flying low over {boat}, neck folded like a letter.',
    ],
  },
  {
    tag: 'tide',
    title: 'Low water uncovers the old anchor',
    text: [
      'The big anchor in the mud showed its ring for {count} minutes. Nobody knows which ship left it; three families claim to.',
      'Keep to the marked channel when following {boat} out.',
    ],
  },
  {
    tag: 'departures',
    title: '{boat} waits for the cook',
    text: [
      'Everything else is aboard: water, charts, and {count} sacks of {cargo}. The cook has gone back for the good pan and will not be hurried.',
      'The lock keeper has been asked to keep the gate a moment longer.',
    ],
  },
  {
    tag: 'harbour',
    title: 'Rope for sale, by the fathom',
    text: [
      'The chandler is clearing {count} ends of manila, all sound, at the price on the board. He measures with his arms, which are long.',
      'Enquire by the blue door near berth {berth}.',
    ],
  },
  {
    tag: 'lights',
    title: 'Lamps along the quay are tried',
    text: [
      'They lit one after another from the church end towards the sea, all but number {berth}, which needed a knock.',
      'The night watch will find the keys on their hook and the thermos, {count} dents and all, beside them.',
    ],
  },
] as const;
