/** What may stand in stored HTML. Anything that is in none of these tables is unwrapped: its tag goes, its inside stays. */

const NO_ATTRIBUTES: readonly string[] = [];
const EVERYWHERE: readonly string[] = ['dir', 'lang', 'title'];

/** Allowed elements with the attributes they may carry beside `dir`, `lang` and `title`. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    a: ['href', 'hreflang'],
    abbr: NO_ATTRIBUTES,
    address: NO_ATTRIBUTES,
    article: NO_ATTRIBUTES,
    aside: NO_ATTRIBUTES,
    audio: ['src'],
    b: NO_ATTRIBUTES,
    bdi: NO_ATTRIBUTES,
    bdo: NO_ATTRIBUTES,
    blockquote: ['cite'],
    br: NO_ATTRIBUTES,
    caption: NO_ATTRIBUTES,
    cite: NO_ATTRIBUTES,
    code: ['class'],
    col: ['span'],
    colgroup: ['span'],
    dd: NO_ATTRIBUTES,
    del: ['cite', 'datetime'],
    details: ['open'],
    dfn: NO_ATTRIBUTES,
    div: NO_ATTRIBUTES,
    dl: NO_ATTRIBUTES,
    dt: NO_ATTRIBUTES,
    em: NO_ATTRIBUTES,
    figcaption: NO_ATTRIBUTES,
    figure: NO_ATTRIBUTES,
    footer: NO_ATTRIBUTES,
    h1: NO_ATTRIBUTES,
    h2: NO_ATTRIBUTES,
    h3: NO_ATTRIBUTES,
    h4: NO_ATTRIBUTES,
    h5: NO_ATTRIBUTES,
    h6: NO_ATTRIBUTES,
    header: NO_ATTRIBUTES,
    hr: NO_ATTRIBUTES,
    i: NO_ATTRIBUTES,
    img: NO_ATTRIBUTES,
    ins: ['cite', 'datetime'],
    kbd: NO_ATTRIBUTES,
    li: ['value'],
    main: NO_ATTRIBUTES,
    mark: NO_ATTRIBUTES,
    nav: NO_ATTRIBUTES,
    ol: ['reversed', 'start', 'type'],
    p: NO_ATTRIBUTES,
    pre: ['class'],
    q: ['cite'],
    rp: NO_ATTRIBUTES,
    rt: NO_ATTRIBUTES,
    ruby: NO_ATTRIBUTES,
    s: NO_ATTRIBUTES,
    samp: NO_ATTRIBUTES,
    section: NO_ATTRIBUTES,
    small: NO_ATTRIBUTES,
    source: ['src', 'type'],
    span: NO_ATTRIBUTES,
    strong: NO_ATTRIBUTES,
    sub: NO_ATTRIBUTES,
    summary: NO_ATTRIBUTES,
    sup: NO_ATTRIBUTES,
    table: NO_ATTRIBUTES,
    tbody: NO_ATTRIBUTES,
    td: ['align', 'colspan', 'headers', 'rowspan'],
    tfoot: NO_ATTRIBUTES,
    th: ['align', 'colspan', 'rowspan', 'scope'],
    thead: NO_ATTRIBUTES,
    time: ['datetime'],
    tr: NO_ATTRIBUTES,
    u: NO_ATTRIBUTES,
    ul: NO_ATTRIBUTES,
    var: NO_ATTRIBUTES,
    video: ['height', 'poster', 'src', 'width'],
    wbr: NO_ATTRIBUTES,
  }).map(([name, attributes]) => [name, [...EVERYWHERE, ...attributes]]),
);

/** Elements that go with everything inside them. */
const DROPPED: ReadonlySet<string> = new Set(
  (
    'script style template noscript svg math iframe embed applet frame frameset noembed noframes plaintext xmp title head ' +
    'base link meta canvas map area input textarea select option optgroup button datalist output progress meter dialog ' +
    'portal fencedframe object param basefont bgsound keygen'
  ).split(' '),
);

/** Outdated elements that have a living equivalent. */
const RENAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ center: 'div', listing: 'pre', strike: 's', dir: 'ul', menu: 'ul' }),
);

const LINK_SCHEMES: ReadonlySet<string> = new Set([
  'http:',
  'https:',
  'mailto:',
  'tel:',
  'magnet:',
  'geo:',
  'xmpp:',
  'irc:',
  'ircs:',
  'gemini:',
]);

export const VOID_ELEMENTS: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'img', 'source', 'wbr']);

/** Elements that stand on a line of their own in plain text. */
export const BLOCK_ELEMENTS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote br caption dd details div dl dt figcaption figure footer form fieldset h1 h2 h3 h4 h5 h6 ' +
    'header hr li main nav ol p pre section summary table td th tr ul'
  ).split(' '),
);

/** The attributes an element may carry; undefined for elements that are not allowed. */
export function allowedAttributes(name: string): readonly string[] | undefined {
  return ALLOWED.get(name);
}

export function isDropped(name: string): boolean {
  return DROPPED.has(name);
}

export function currentName(name: string): string {
  return RENAMED.get(name) ?? name;
}

export function isAllowedLink(url: string): boolean {
  return LINK_SCHEMES.has(url.slice(0, url.indexOf(':') + 1));
}

const WHOLE_NUMBER = /^-?\d{1,6}$/;

/** The value to store for an attribute that is no address; null when it is not acceptable. */
export function acceptableValue(name: string, value: string): string | null {
  switch (name) {
    case 'title':
    case 'datetime':
    case 'headers':
      return value.length <= 1_000 ? value : null;
    case 'lang':
    case 'hreflang':
      return /^[a-z0-9-]{1,35}$/i.test(value) ? value : null;
    case 'dir':
      return /^(?:ltr|rtl|auto)$/i.test(value) ? value : null;
    case 'class':
      return /^lang(?:uage)?-[\w+#.-]{1,40}$/.test(value) ? value : null;
    case 'open':
    case 'reversed':
      return '';
    case 'align':
      return /^(?:left|right|center)$/i.test(value) ? value : null;
    case 'scope':
      return /^(?:row|col|rowgroup|colgroup)$/i.test(value) ? value : null;
    case 'type':
      return /^(?:[1aAiI]|(?:audio|video)\/[\w.+-]{1,60})$/.test(value) ? value : null;
    default:
      return WHOLE_NUMBER.test(value) ? value : null;
  }
}
