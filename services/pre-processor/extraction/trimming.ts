import { isElement, linkShare, type PageElement, type PageNode, plainText, TEXT_NODE } from './tree.ts';

/** What publishers call the element that holds nothing but the article. */
const BODY_CLASS =
  /(?:^|\s)(?:article-?_{0,2}body|entry-content|(?:post|story|article)(?:-|__)?(?:content|body)|body-copy|e-content)(?=\s|$)/i;
/** What publishers call things that stand in an article and are none of it. */
const SIDE_CLASS =
  /(?:^|[\s_-])(?:newsletter\w*|related\w*|share\w*|sharing|social\w*|jp-relatedposts|cookie\w*|breadcrumbs?|advert\w*|promo\w*|read[_-]?(?:more|next)|recommend\w*|recirc\w*|outbrain|taboola|trending|subscribe\w*|signup|disqus\w*|author[_-]?(?:bio|box|info|card)|byline|dateline|timestamp|(?:post|entry|article)-?meta|published|pub-?date|comment\w*|sr-only|visually-hidden|screen-reader-text|menu|tags?|print\w*|rating)(?:$|[\s_-])/i;
/** Lines that lead elsewhere or stand for what only a browser shows. */
const ELSEWHERE =
  /^\W*(?:read (?:more|also)|also read|see also|more (?:on|from|stories)|related(?: (?:articles?|stories|news|content))?|don.t miss|you may also like|recommended|advert(?:isement)?s?|sponsored|continue reading|click here|sign up|subscribe|share this|follow us|media playback is unsupported|skip to|loading\W*$|(?:tweet|share|print|e-?mail|save|comments?)$|lire aussi|à lire|lesen sie auch|mehr zum thema|anzeige$|lea también|leia (?:mais|também)|leggi anche|lees ook|читайте также|реклама$|あわせて読みたい|関連記事|広告$|相关阅读)/iu;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const DATE = new RegExp(
  `\\b(?:${MONTH} \\d{1,2},? \\d{4}|\\d{1,2}(?:st|nd|rd|th)? ${MONTH},? \\d{4}|\\d{1,2}[./-]\\d{1,2}[./-]\\d{4}|\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}|\\d{1,2}:\\d{2} ?[ap]\\.?m|(?:published|updated|posted)(?: on| at)?:)|\\d{4}年\\d{1,2}月\\d{1,2}日`,
  'iu',
);
const LINE_ELEMENTS = new Set(
  'P DIV UL OL H2 H3 H4 H5 H6 SECTION ASIDE FIGURE TABLE BLOCKQUOTE HEADER FOOTER NAV'.split(' '),
);
const LEAF_BREAKERS = new Set([...LINE_ELEMENTS, 'ARTICLE', 'MAIN', 'LI', 'PRE', 'DL']);
const PICTURES = new Set(['FIGURE', 'IMG', 'PICTURE', 'VIDEO']);
/** The smallest part of what was found that an element must hold to be the article by its name. */
const BODY_SHARE = 0.6;
/** The largest part that can be beside the matter. */
const SIDE_SHARE = 0.2;
const LINE_LENGTH = 160;
const FIRST_LINES = 25;

/** What is known of an article and need not be said again above its text. */
export interface KnownLines {
  title: string | null;
  byline: string | null;
}

/**
 * Leaves out of a found article what is not its text: what stands around the element that the publisher calls the
 * article, boxes for something else, lines that lead elsewhere, and dates and names above the text. Answers the article.
 * Each rule is worth half a point of precision on the benchmark; the numbers are in docs/quality.md.
 */
export function trimArticle(found: PageElement, known: KnownLines): PageElement {
  const article = narrowed(found);
  dropBoxes(article, plainText(article).length * SIDE_SHARE);
  dropLines(article);
  dropHeadLines(article, known);
  return article;
}

function narrowed(found: PageElement): PageElement {
  const length = plainText(found).length;
  let best = found;
  let bestLength = length;
  for (const element of found.getElementsByTagName('*')) {
    const isNamed = /\barticleBody\b/.test(element.getAttribute('itemprop') ?? '');
    if (!isNamed && !BODY_CLASS.test(element.getAttribute('class') ?? '')) continue;
    const ownLength = plainText(element).length;
    if (ownLength >= length * BODY_SHARE && ownLength < bestLength) {
      best = element;
      bestLength = ownLength;
    }
  }
  return best;
}

function dropBoxes(parent: PageElement, maxLength: number): void {
  for (const child of [...parent.children]) {
    const names = `${child.getAttribute('class') ?? ''} ${child.getAttribute('id') ?? ''}`;
    const canGo = names.length > 1 && !['ARTICLE', 'MAIN', 'P', 'FIGURE'].includes(child.tagName);
    if (canGo && SIDE_CLASS.test(names) && plainText(child).length < maxLength) child.remove();
    else dropBoxes(child, maxLength);
  }
}

function dropLines(parent: PageElement): void {
  for (const child of [...parent.children]) {
    if (LINE_ELEMENTS.has(child.tagName) && leadsElsewhere(child)) child.remove();
    else dropLines(child);
  }
}

function leadsElsewhere(element: PageElement): boolean {
  const text = plainText(element);
  if (text === '' || text.length >= LINE_LENGTH || hasPicture(element)) return false;
  const share = linkShare(element, text.length);
  if (ELSEWHERE.test(text) && (share > 0.3 || text.length < 40)) return true;
  return share > 0.9 && /\p{Lu}{4}/u.test(text) && text === text.toUpperCase();
}

/** Lines above the first real paragraph: dates, the author, the title, categories. They are kept as metadata. */
function dropHeadLines(article: PageElement, known: KnownLines): void {
  const lines: PageNode[] = [];
  collectLines(article, lines);
  for (const line of lines.slice(0, FIRST_LINES)) {
    const text = plainText(line);
    if (text.length >= 120) return;
    if (isHeadLine(line, text, known)) line.remove();
  }
}

function isHeadLine(line: PageNode, text: string, { title, byline }: KnownLines): boolean {
  if (text === '') return false;
  const isDate = DATE.test(text) && text.length < 100;
  if (!isElement(line)) return isDate;
  if (/^H[1-3]$/.test(line.tagName) || hasPicture(line)) return false;
  const isKnown = [title, byline].some((words) => words !== null && bare(words) !== '' && bare(words) === bare(text));
  return isDate || isKnown || (text.length < 80 && linkShare(line, text.length) > 0.8);
}

function collectLines(parent: PageElement, lines: PageNode[]): void {
  for (const node of parent.childNodes) {
    if (lines.length > FIRST_LINES) return;
    if (!isElement(node)) {
      if (node.nodeType === TEXT_NODE && node.textContent.trim() !== '') lines.push(node);
    } else if (node.children.some(({ tagName }) => LEAF_BREAKERS.has(tagName))) collectLines(node, lines);
    else lines.push(node);
  }
}

function bare(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^by /, '');
}

function hasPicture(element: PageElement): boolean {
  return PICTURES.has(element.tagName) || element.getElementsByTagName('img').length > 0;
}
