import { type BareText, bareText, rangeWithin, withoutBlanks } from './sentence-places.ts';

/** Words of an article and what stands around them, by which they are found again where they occur more than once. */
export interface Quote {
  quote: string;
  prefix: string;
  suffix: string;
}

/** Where a quote stands in the text without its blanks; the end is the first place behind it. */
export interface Span {
  start: number;
  end: number;
}

const aroundLength = 80;

/** The selected words of an element, as far as they lie in it; null where none are selected. */
export function selectedQuote(element: Element | null): { quote: Quote; range: Range } | null {
  const selection = window.getSelection();
  if (!element || !selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!range.intersectsNode(element)) return null;
  const whole = document.createRange();
  whole.selectNodeContents(element);
  // Three clicks on the last paragraph select up to the beginning of what follows.
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(element, 0);
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) range.setEnd(element, element.childNodes.length);
  const quote = range.toString().trim();
  if (quote === '') return null;
  const before = whole.cloneRange();
  before.setEnd(range.startContainer, range.startOffset);
  const after = whole.cloneRange();
  after.setStart(range.endContainer, range.endOffset);
  return {
    quote: {
      quote,
      prefix: [...before.toString()].slice(-aroundLength).join(''),
      suffix: [...after.toString()].slice(0, aroundLength).join(''),
    },
    range,
  };
}

/** Where quotes stand in an element, each as a range of the page; null for those that are not in it. */
export function findQuotes(element: Element, quotes: readonly Quote[]): Array<Range | null> {
  const bare = bareText(element);
  return spansOf(bare, quotes).map((span) => span && rangeWithin(bare, span.start, span.end));
}

/** Where quotes stand in a text without its blanks; null for those that are not in it. */
export function spansOf({ text }: Pick<BareText, 'text'>, quotes: readonly Quote[]): Array<Span | null> {
  return quotes.map((quote) => {
    const wanted = withoutBlanks(quote.quote);
    // The server keeps quotes in their composed form; a page may be written in the other.
    return spanOf(text, wanted, quote) ?? spanOf(text, wanted.normalize('NFD'), quote);
  });
}

/** Of several places the one whose surroundings agree longest with those of the quote; of equals the first. */
function spanOf(text: string, wanted: string, { prefix, suffix }: Quote): Span | null {
  if (wanted === '') return null;
  const [before, after] = [withoutBlanks(prefix), withoutBlanks(suffix)];
  let best: Span | null = null;
  let bestAgreement = -1;
  for (let start = text.indexOf(wanted); start >= 0; start = text.indexOf(wanted, start + 1)) {
    const end = start + wanted.length;
    const agreement = agreeingBefore(text, start, before) + agreeingAfter(text, end, after);
    if (agreement > bestAgreement) [best, bestAgreement] = [{ start, end }, agreement];
  }
  return best;
}

function agreeingBefore(text: string, place: number, before: string): number {
  let length = 0;
  while (length < before.length && length < place && text[place - 1 - length] === before.at(-1 - length)) length += 1;
  return length;
}

function agreeingAfter(text: string, place: number, after: string): number {
  let length = 0;
  while (length < after.length && text[place + length] === after[length]) length += 1;
  return length;
}
