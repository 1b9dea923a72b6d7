/** The text of an element without its blanks, and where in the page each piece of it stands. */
export interface BareText {
  text: string;
  pieces: Array<{ node: Text; start: number }>;
}

/**
 * Where a sentence stands within an element, compared without blanks, because markup and line breaks differ between a
 * page and its plain text. Of several places the last that begins no later than `start`, the sentence's place in the
 * plain text: without blanks nothing stands further on than with them. Null where the element does not hold it.
 */
export function findSentence(element: Element, sentence: string, start: number | null): Range | null {
  const bare = bareText(element);
  const wanted = withoutBlanks(sentence);
  if (wanted === '') return null;
  let found = bare.text.indexOf(wanted);
  if (found < 0) return null;
  for (let next = found; start !== null && next >= 0 && next <= start; next = bare.text.indexOf(wanted, next + 1)) {
    found = next;
  }
  return rangeWithin(bare, found, found + wanted.length);
}

/** What stands from one place of the bare text up to another. */
export function rangeWithin(bare: BareText, start: number, end: number): Range | null {
  const range = document.createRange();
  const first = placeOf(bare, start);
  const last = placeOf(bare, end - 1);
  if (!first || !last) return null;
  range.setStart(first.node, first.offset);
  range.setEnd(last.node, last.offset + 1);
  return range;
}

export function bareText(element: Element): BareText {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const bare: BareText = { text: '', pieces: [] };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = withoutBlanks((node as Text).data);
    if (text === '') continue;
    bare.pieces.push({ node: node as Text, start: bare.text.length });
    bare.text += text;
  }
  return bare;
}

function placeOf({ pieces }: BareText, index: number): { node: Text; offset: number } | null {
  const piece = pieces.findLast(({ start }) => start <= index);
  if (!piece) return null;
  const offset = offsetOf(piece.node.data, index - piece.start);
  return offset === null ? null : { node: piece.node, offset };
}

/** Where the so-many-th letter that is no blank stands in a text, counted from 0. */
export function offsetOf(text: string, index: number): number | null {
  let left = index;
  for (let offset = 0; offset < text.length; offset += 1) {
    if (isBlank(text[offset] ?? '')) continue;
    if (left === 0) return offset;
    left -= 1;
  }
  return null;
}

const blanks = /[\s\u00ad\u200b]+/gu;
export const withoutBlanks = (text: string) => text.replace(blanks, '');
const isBlank = (character: string) => withoutBlanks(character) === '';
