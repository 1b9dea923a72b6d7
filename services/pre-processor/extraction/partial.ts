/** What else the feed says of an item. `null` means that it says nothing of the kind. */
export interface PartialHints {
  url?: string | null;
  title?: string | null;
  /** It has a recording or a film: its few words are all the words there are. */
  hasMedia?: boolean;
}

/**
 * Whether what a feed gives of an article is cut short, so that the full text is worth a request. Conservative: it takes a
 * clear sign at the end of the content (an ellipsis, a link or words to read on) and no more text than a teaser has, or one
 * bare sentence or two under a title.
 */
export function isPartial(html: string, text: string, { url, title, hasMedia = false }: PartialHints = {}): boolean {
  const content = withoutSignature(text.trim());
  if (url === null || hasMedia || content === '' || content.length > LONGEST_TEASER) return false;
  const end = content.slice(-END_LENGTH);
  if (pointsElsewhere(end)) return false;
  if (READ_ON.test(end) || endsInLinkTo(html, url ?? '')) return true;
  return isCutOff(html, content) || isBareSummary(html, content, { url, title });
}

const LONGEST_TEASER = 2_500;
/** A shorter text that ends in dots is a whole one: a joke, a remark. */
const SHORTEST_CUT = 100;
/** Dots alone end many a whole post; only a short one in one piece is taken for cut. */
const LONGEST_CUT_BY_DOTS = 600;
const SHORTEST_SUMMARY = 40;
const LONGEST_SUMMARY = 280;
const END_LENGTH = 160;
const CUT = /(?:…|\.{3}|[⋯・]{3})\s*["'”’»」』]?\s*$/u;
const CUT_IN_BRACKETS = /(?:\[(?:…|\.{3})\]|[（(][…⋯]+[）)])\s*$/u;
const READ_ON =
  /(?:\b(?:continue reading|read (?:more|on|the (?:full|rest|whole)|full (?:article|story|post))|keep reading|(?:view|see) (?:more|full post)|more\s?(?:»|…|→|>>)|(?:click here|klicken sie hier) to (?:read|continue)|weiterlesen|mehr lesen|lire la suite|lire plus|en savoir plus|seguir leyendo|leer más|sigue leyendo|continue lendo|leia mais|ler mais|continua a leggere|leggi tutto|lees (?:verder|meer)|läs mer|les mer|læs mere|lue lisää|czytaj (?:dalej|więcej)|celý článek)\b|(?:читать (?:далее|дальше|полностью|целиком)|подробнее|читати далі|続きを読む|続きはこちら|全文を読む|もっと読む|阅读全文|閱讀全文|继续阅读|계속 읽기|더 보기))[\s\S]{0,80}$/iu;
/** WordPress closes whole articles with "The post … appeared first on …", and newsletters with where they appeared. */
const WHOLE_ENDING =
  /(?:\bThe post .{1,300} (?:appeared first on|first appeared on) .{1,120}|\b(?:share|tweet|comments?|permalink|#)\s*)$/isu;

function isCutOff(html: string, content: string): boolean {
  if (content.length < SHORTEST_CUT) return false;
  if (CUT_IN_BRACKETS.test(content)) return true;
  return CUT.test(content) && content.length <= LONGEST_CUT_BY_DOTS && blockCount(html) <= 2;
}

/** One or two sentences under a title, without links, pictures or lists of their own: what a paper writes above the text. */
function isBareSummary(html: string, content: string, { url, title }: PartialHints): boolean {
  if (!url || !title || content.length < SHORTEST_SUMMARY || content.length > LONGEST_SUMMARY) return false;
  const isPlain =
    blockCount(html) <= 1 && !/<(?:a|img|video|audio|iframe|ul|ol|pre|code|blockquote|table)\b/i.test(html);
  const isOwnTitle = content.startsWith(title.replace(/(?:…|\.{3})$/, '').trim());
  return isPlain && !isOwnTitle && (URL.parse(url)?.pathname ?? '/') !== '/';
}

function blockCount(html: string): number {
  return html.match(/<(?:p|div|li|h[1-6]|tr)\b/gi)?.length ?? 0;
}

/** The text without the line in which WordPress says where it appeared. */
function withoutSignature(content: string): string {
  const end = content.slice(-600);
  return `${content.slice(0, -600)}${end.replace(WHOLE_ENDING, '').trimEnd()}`;
}

/** "Read more: …" before a list of other articles says nothing about this one. */
function pointsElsewhere(end: string): boolean {
  return /\b(?:read more|more on this|see more)\s*(?::|about|on|at|from)\s*\S[\s\S]{20,}$/i.test(end);
}

/** Whether the content ends in a link to the article's own page, and that link says little: "…", "more", "link". */
function endsInLinkTo(html: string, url: string): boolean {
  const end = html.slice(-1_000);
  const match =
    /<a\s[^>]{0,600}href="([^"]{1,500})"[^>]{0,300}>([^<]{0,40})<\/a>[\s.)\]»]*(?:<\/\w{1,10}>\s*){0,5}$/i.exec(end);
  if (match === null) return false;
  const label = match[2] ?? '';
  return (
    bare(match[1] ?? '') === bare(url) &&
    /^\W*(?:…|\.\.\.|\[…\]|more|mehr|suite|link|далее|続き|»|→)?\W*$/iu.test(label)
  );
}

function bare(address: string): string {
  return address
    .replaceAll('&amp;', '&')
    .replace(/^https?:\/\/(?:www\.)?/, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '');
}
