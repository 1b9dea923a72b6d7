/**
 * Names of elements are canonical: lower case, with the prefix this table gives to their namespace whatever prefix the
 * document chose, and without prefix when they belong to the document's own vocabulary.
 */
export interface NamespaceScope {
  /** What the name of an element is in this scope. */
  elementName(rawName: string): string;
  /** The scope inside an element that declares namespaces. */
  inside(declarations: readonly NamespaceDeclaration[]): NamespaceScope;
  /** The scope in which `vocabulary` counts as the document's own. */
  withOwn(vocabularies: readonly string[]): NamespaceScope;
}

export interface NamespaceDeclaration {
  /** Empty for the default namespace. */
  prefix: string;
  uri: string;
}

const VOCABULARIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    atom: ['www.w3.org/2005/atom', 'purl.org/atom/ns', 'purl.org/atom/ns#'],
    rss: [
      'purl.org/rss/1.0',
      'my.netscape.com/rdf/simple/0.9',
      'channel.netscape.com/rdf/simple/0.9',
      'purl.org/net/rss1.1',
      'backend.userland.com/rss',
      'backend.userland.com/rss2',
      'blogs.law.harvard.edu/tech/rss',
      'my.netscape.com/publish/formats/rss-0.91.dtd',
      'cyber.law.harvard.edu/rss',
    ],
    rdf: ['www.w3.org/1999/02/22-rdf-syntax-ns'],
    dc: ['purl.org/dc/elements/1.1', 'purl.org/dc/elements/1.0'],
    dcterms: ['purl.org/dc/terms'],
    content: ['purl.org/rss/1.0/modules/content'],
    slash: ['purl.org/rss/1.0/modules/slash'],
    sy: ['purl.org/rss/1.0/modules/syndication'],
    itunes: ['www.itunes.com/dtds/podcast-1.0.dtd', 'example.com/dtds/podcast-1.0.dtd'],
    googleplay: [
      'www.google.com/schemas/play-podcasts/1.0',
      'www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd',
    ],
    media: [
      'search.yahoo.com/mrss',
      'search.yahoo.com/mrss/rss.xml',
      'tools.search.yahoo.com/mrss',
      'video.search.yahoo.com/mrss',
    ],
    thr: ['purl.org/syndication/thread/1.0'],
    georss: ['www.georss.org/georss', 'www.georss.org/georss/10'],
    gml: ['www.opengis.net/gml', 'www.opengis.net/gml/3.2'],
    geo: ['www.w3.org/2003/01/geo/wgs84_pos'],
    podcast: ['podcastindex.org/namespace/1.0', 'github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md'],
    feedburner: ['rssnamespace.org/feedburner/ext/1.0'],
    prism: [
      'prismstandard.org/namespaces/basic/2.0',
      'prismstandard.org/namespaces/basic/3.0',
      'prismstandard.org/namespaces/1.2/basic',
    ],
    xhtml: ['www.w3.org/1999/xhtml'],
    svg: ['www.w3.org/2000/svg'],
    mathml: ['www.w3.org/1998/math/mathml'],
    yt: ['www.youtube.com/xml/schemas/2015', 'gdata.youtube.com/schemas/2007'],
    wfw: ['wellformedweb.org/commentapi'],
    webfeeds: ['webfeeds.org/rss/1.0'],
  }).flatMap(([vocabulary, uris]) => uris.map((uri): [string, string] => [uri, vocabulary])),
);

/** A default namespace nobody knows, declared below the root: its elements must not pass for the feed's own. */
const FOREIGN = 'other';

export function documentScope(): NamespaceScope {
  return createScope(new Map(), new Set(['rss']), true);
}

function createScope(
  prefixes: ReadonlyMap<string, string>,
  own: ReadonlySet<string>,
  isOutsideRoot: boolean,
): NamespaceScope {
  const names = new Map<string, string>();
  return {
    elementName(rawName) {
      const known = names.get(rawName);
      if (known !== undefined) return known;
      const name = canonicalName(rawName, prefixes, own);
      // A document of made-up names must not fill the memory with them.
      if (names.size < 5_000) names.set(rawName, name);
      return name;
    },
    inside(declarations) {
      const extended = new Map(prefixes);
      for (const { prefix, uri } of declarations) extended.set(prefix, vocabularyOf(prefix, uri, isOutsideRoot));
      return createScope(extended, own, false);
    },
    withOwn(vocabularies) {
      return createScope(prefixes, new Set([...own, ...vocabularies]), false);
    },
  };
}

function canonicalName(rawName: string, prefixes: ReadonlyMap<string, string>, own: ReadonlySet<string>): string {
  const lowered = rawName.toLowerCase();
  const colon = lowered.indexOf(':');
  const prefix = colon === -1 ? '' : lowered.slice(0, colon);
  const local = colon === -1 ? lowered : lowered.slice(colon + 1);
  const vocabulary = prefixes.get(prefix) ?? prefix;
  return vocabulary === '' || own.has(vocabulary) ? local : `${vocabulary}:${local}`;
}

/** A URI nobody knows leaves its prefix to speak for itself: `media:` bound to a misspelt address still means media. */
function vocabularyOf(prefix: string, uri: string, isOutsideRoot: boolean): string {
  const key = uri
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[#/]{1,3}$/, '');
  const known = VOCABULARIES.get(key);
  if (known !== undefined) return known;
  if (prefix !== '') return prefix;
  return isOutsideRoot || key === '' ? '' : FOREIGN;
}
