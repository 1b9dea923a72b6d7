import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParsedItem, parseFeed } from './index.ts';

function itemOf(inside: string): ParsedItem {
  const text = `<rss version="2.0"><channel><link>https://site.example/</link><item><guid>1</guid>${inside}</item></channel></rss>`;
  const outcome = parseFeed(Buffer.from(text), { url: 'https://site.example/feed' });
  if (!outcome.ok || !outcome.feed.items[0]) throw new Error('no item');
  return outcome.feed.items[0];
}

const gml = (inside: string) => `<georss:where>${inside}</georss:where>`;

describe('a place', () => {
  test.each([
    ['<georss:point>45.256 -71.92</georss:point>', [45.256, -71.92]],
    ['<georss:point> 45.256,-71.92 </georss:point>', [45.256, -71.92]],
    ['<georss:point>0 12</georss:point>', [0, 12]],
    ['<georss:circle>45.256 -71.92 500</georss:circle>', [45.256, -71.92]],
    ['<georss:box>42 -72 44 -70</georss:box>', [43, -71]],
    ['<georss:box>0 0 2 2</georss:box>', [1, 1]],
    ['<georss:box>-10 170 10 -160</georss:box>', [0, -175]],
    ['<georss:line>45 -110 46 -109 43 -108</georss:line>', [44.5, -109]],
    ['<georss:polygon>45 -110 46 -109 43 -108 45 -110</georss:polygon>', [44.5, -109]],
    [gml('<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>45.2 -71.9</gml:pos></gml:Point>'), [45.2, -71.9]],
    [gml('<Point xmlns="http://www.opengis.net/gml"><pos>45.2 -71.9 12</pos></Point>'), [45.2, -71.9]],
    [gml('<gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>'), [2, 3]],
    [
      gml(
        '<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>1 2 3 4 1 2</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>',
      ),
      [2, 3],
    ],
    [
      gml('<gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner><gml:upperCorner>3 4</gml:upperCorner></gml:Envelope>'),
      [2, 3],
    ],
    ['<geo:lat>52.5</geo:lat><geo:long>13.4</geo:long>', [52.5, 13.4]],
    ['<geo:Point><geo:lat>52.5</geo:lat><geo:long>13.4</geo:long></geo:Point>', [52.5, 13.4]],
    ['<media:location description="Berlin"><georss:point>52.5 13.4</georss:point></media:location>', [52.5, 13.4]],
    ['<georss:point>nowhere</georss:point><georss:point>1 2</georss:point>', [1, 2]],
  ])('in %s', (inside, [latitude, longitude]) => {
    expect(itemOf(inside).location).toMatchObject({ latitude, longitude });
  });

  test.each([
    '<georss:point>91 0</georss:point>',
    '<georss:point>0 181</georss:point>',
    '<georss:point>0 0</georss:point>',
    '<georss:point>45.256</georss:point>',
    '<georss:point>1e1 2</georss:point>',
    '<georss:point>Infinity NaN</georss:point>',
    '<georss:box>1 2 3</georss:box>',
    '<georss:box>9 0 1 5</georss:box>',
    '<georss:polygon>1 2 3</georss:polygon>',
    '<georss:polygon>1 -179 2 179 3 -179</georss:polygon>',
    `<georss:line>${'1 2 '.repeat(20_000)}</georss:line>`,
    gml('<gml:Point srsName="EPSG:3857"><gml:pos>45.2 -71.9</gml:pos></gml:Point>'),
    '<geo:lat>52.5</geo:lat>',
    '<georss:featurename>Atlantis</georss:featurename>',
  ])('is not in %.80s', (inside) => {
    expect(itemOf(inside).location).toBeNull();
  });

  test('has its name', () => {
    const point = '<georss:point>52.5 13.4</georss:point>';
    expect(itemOf(`${point}<georss:featurename> Berlin &amp; more </georss:featurename>`).location?.name).toBe(
      'Berlin & more',
    );
    expect(itemOf(`${point}<georss:featurename>${'x'.repeat(500)}</georss:featurename>`).location?.name).toHaveLength(
      200,
    );
  });

  test('whatever numbers are written, lies on Earth or is none', () => {
    const shape = fc.constantFrom('point', 'box', 'line', 'polygon', 'circle');
    const number = fc.oneof(fc.double({ min: -400, max: 400 }), fc.integer(), fc.constantFrom('', '-', 'x', '1e9'));
    fc.assert(
      fc.property(shape, fc.array(number, { maxLength: 8 }), (name, numbers) => {
        const { location } = itemOf(`<georss:${name}>${numbers.join(' ')}</georss:${name}>`);
        if (location === null) return;
        expect(Math.abs(location.latitude)).toBeLessThanOrEqual(90);
        expect(Math.abs(location.longitude)).toBeLessThanOrEqual(180);
      }),
    );
  });
});

describe('comments', () => {
  test.each([
    ['<comments>/a#c</comments>', { url: 'https://site.example/a#c', feedUrl: null, count: null }],
    ['<slash:comments>7</slash:comments>', { url: null, feedUrl: null, count: 7 }],
    ['<comments>/a</comments><slash:comments>0</slash:comments>', { url: 'https://site.example/a', count: 0 }],
    ['<comments>5</comments>', { url: null, count: 5 }],
    ['<comments>/a</comments><slash:comments>-3</slash:comments>', { count: null }],
    ['<comments>/a</comments><slash:comments>99999999999</slash:comments>', { count: null }],
    ['<comments>/a</comments><thr:total>4</thr:total>', { count: 4 }],
    ['<wfw:commentRSS>/a.xml</wfw:commentRSS>', { url: null, feedUrl: 'https://site.example/a.xml', count: null }],
    ['<atom:link rel="replies" href="/a" thr:count="2"/>', { url: 'https://site.example/a', count: 2 }],
  ])('in %s', (inside, comments) => {
    expect(itemOf(inside).comments).toMatchObject(comments);
  });

  test.each(['<slash:comments>0</slash:comments>', '<comments>javascript:x()</comments>', '<comments/>', ''])(
    'are not in %s',
    (inside) => {
      expect(itemOf(inside).comments).toBeNull();
    },
  );
});

describe('an episode', () => {
  test('has its numbers from iTunes where the podcast namespace has none that make sense', () => {
    expect(itemOf('<podcast:season>x</podcast:season><itunes:season>3</itunes:season>').podcast).toMatchObject({
      season: 3,
      episode: null,
    });
    expect(itemOf('<itunes:episode>-1</itunes:episode>').podcast).toBeNull();
    expect(itemOf('<itunes:explicit>clean</itunes:explicit>').podcast).toBeNull();
    expect(itemOf('<itunes:explicit>yes</itunes:explicit>').podcast).toMatchObject({ isExplicit: true });
  });

  test('keeps no more than it should', () => {
    const many = Array.from(
      { length: 500 },
      (_, n) => `<podcast:person>${'p'.repeat(900)}${n}</podcast:person><podcast:transcript url="/${n}"/>`,
    );
    const podcast = itemOf(`${many.join('')}<podcast:person role="guest">Mia</podcast:person>`).podcast;
    expect(podcast?.persons).toHaveLength(2);
    expect(podcast?.persons[0]?.name).toHaveLength(200);
    expect(podcast?.transcripts).toHaveLength(20);
  });
});

test('whatever stands in these elements, the item is read and its addresses are http(s)', () => {
  const name = fc.constantFrom(
    'comments',
    'slash:comments',
    'wfw:commentRss',
    'thr:in-reply-to',
    'georss:where',
    'gml:Point',
    'gml:pos',
    'georss:polygon',
    'geo:lat',
    'podcast:person',
    'podcast:transcript',
    'podcast:chapters',
    'podcast:episode',
  );
  const value = fc.oneof(
    fc.webUrl(),
    fc.constantFrom('javascript:x', 'data:,', '//h/', '%', '1', '</item>'),
    fc.string(),
  );
  const element = fc.tuple(name, value, value).map(([tag, address, inside]) => {
    const quoted = address.replace(/["<&]/g, '');
    return `<${tag} url="${quoted}" href="${quoted}" ref="${quoted}" img="${quoted}">${inside}</${tag}>`;
  });
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), (elements) => {
      const { comments, inReplyTo, podcast } = itemOf(elements.join(''));
      const urls = [
        comments?.url,
        comments?.feedUrl,
        inReplyTo?.url,
        podcast?.chapters?.url,
        ...(podcast?.transcripts ?? []).map(({ url }) => url),
        ...(podcast?.persons ?? []).flatMap((person) => [person.url, person.imageUrl]),
      ];
      for (const url of urls) expect(url ?? 'http://').toMatch(/^https?:\/\//);
    }),
    { numRuns: 50 },
  );
});
