import { type HtmlAttribute, imageFacts } from './images.ts';
import { attributesMarkup, clean, escapeText, imageMarkup, playerMarkup } from './markup.ts';
import { createNestingGuard, type NestingGuard } from './nesting.ts';
import { allowedAttributes, BLOCK_ELEMENTS, currentName, isDropped, VOID_ELEMENTS } from './policy.ts';

export interface CleanHtml {
  html: string;
  /** Plain text, one line a block, blanks collapsed. */
  text: string;
  /** The first picture. */
  imageUrl: string | null;
}

/** Takes a document element by element, as a parser finds it, and writes what the policy leaves of it. */
export interface HtmlWriter {
  /** False when the element goes with everything inside it; then nothing of it may follow and no `close` either. */
  open(name: string, attributes: readonly HtmlAttribute[]): boolean;
  close(): void;
  text(value: string): void;
  finish(): CleanHtml;
  /** False when reading the output back would give another tree; see `nesting.ts`. */
  readonly isStable: boolean;
  /** `isStable` as far as it can be known while elements are still open. */
  readonly canGoOn: boolean;
}

/** Stands for a line break until the blanks are collapsed; the character itself never comes through `clean`. */
const LINE_BREAK = '\u0001';

interface Writing {
  baseUrl: string | null;
  guard: NestingGuard;
  /** What each open element was written as; null for those that were unwrapped. */
  opened: (string | null)[];
  html: string;
  text: string;
  imageUrl: string | null;
  /** `pre` swallows the line break right behind it, so one that belongs to the text is doubled. */
  isBehindPre: boolean;
  /** Inside `rt` and `rp`: how a word is read stands beside the word and is no text of its own. */
  readingDepth: number;
}

export function createHtmlWriter(baseUrl: string | null): HtmlWriter {
  const writing: Writing = {
    baseUrl,
    guard: createNestingGuard(),
    opened: [],
    html: '',
    text: '',
    imageUrl: null,
    isBehindPre: false,
    readingDepth: 0,
  };
  return {
    open: (rawName, attributes) => openElement(writing, currentName(rawName), attributes),
    close: () => closeElement(writing),
    text: (value) => writeText(writing, value),
    finish: () => ({
      html: writing.html.trim().toWellFormed(),
      text: collapse(writing.text),
      imageUrl: writing.imageUrl,
    }),
    get isStable() {
      return writing.guard.isStable && writing.guard.depth === 0;
    },
    get canGoOn() {
      return writing.guard.isStable;
    },
  };
}

function openElement(writing: Writing, name: string, attributes: readonly HtmlAttribute[]): boolean {
  if (name === 'img') {
    writeImage(writing, attributes);
    writing.opened.push(null);
    return true;
  }
  if (name === 'iframe') writeLeaf(writing, 'a', playerMarkup(attributes, writing.baseUrl));
  if (isDropped(name)) return false;
  if (BLOCK_ELEMENTS.has(name)) writing.text += LINE_BREAK;
  const allowed = allowedAttributes(name);
  const markup = allowed === undefined ? null : attributesMarkup(name, allowed, attributes, writing.baseUrl);
  if (markup === null) {
    writing.opened.push(null);
    return true;
  }
  writing.guard.open(name);
  if (VOID_ELEMENTS.has(name)) writing.guard.close();
  if (isReading(name)) writing.readingDepth++;
  writing.html += `<${name}${markup}>`;
  writing.isBehindPre = name === 'pre';
  writing.opened.push(name);
  return true;
}

function closeElement(writing: Writing): void {
  const name = writing.opened.pop();
  if (name === null || name === undefined || VOID_ELEMENTS.has(name)) return;
  writing.guard.close();
  if (isReading(name)) writing.readingDepth--;
  writing.html += `</${name}>`;
  writing.isBehindPre = false;
  if (BLOCK_ELEMENTS.has(name)) writing.text += LINE_BREAK;
}

function writeText(writing: Writing, value: string): void {
  const cleaned = clean(value);
  if (cleaned === '') return;
  if (writing.isBehindPre && cleaned.startsWith('\n')) writing.html += '\n';
  writing.isBehindPre = false;
  if (writing.guard.hasNoRoomForText && /\S/.test(cleaned)) writing.guard.breakNesting();
  writing.html += escapeText(cleaned);
  if (writing.readingDepth === 0) writing.text += cleaned;
}

function writeImage(writing: Writing, attributes: readonly HtmlAttribute[]): void {
  const facts = imageFacts(attributes, writing.baseUrl);
  if (facts === null) return;
  writing.imageUrl ??= facts.src.startsWith('data:') ? null : facts.src;
  writeLeaf(writing, 'img', imageMarkup(facts));
}

/** An element without anything inside that the policy would have to see. */
function writeLeaf(writing: Writing, name: string, markup: string | null): void {
  if (markup === null) return;
  writing.guard.open(name);
  writing.guard.close();
  writing.html += markup;
  writing.isBehindPre = false;
}

function isReading(name: string): boolean {
  return name === 'rt' || name === 'rp';
}

function collapse(text: string): string {
  return (
    text
      .replace(/\s{2,}|[^\S ]/g, ' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the mark for a line break
      .replace(/ ?\u0001[\u0001 ]*/g, '\n')
      .trim()
      .toWellFormed()
  );
}
