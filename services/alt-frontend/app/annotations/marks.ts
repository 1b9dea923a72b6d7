import type { EntryHighlight } from '../api/annotations.ts';
import { spansOf } from '../reader/quote-places.ts';
import { type BareText, bareText, offsetOf, withoutBlanks } from '../reader/sentence-places.ts';

export interface Marked extends Pick<EntryHighlight, 'id' | 'quote' | 'prefix' | 'suffix' | 'color' | 'isMine'> {
  /** Somebody wrote a note on it. */
  hasNotes: boolean;
}

/** A highlight and where it stands in the bare text. */
interface Placed {
  highlight: Marked;
  start: number;
  end: number;
}

/**
 * Puts `mark` elements around the words of highlights: marks are said aloud, printed and found by touch, which ranges of
 * the CSS are not. Answers with the ids of those that are in the text, in its order; the rest is not in it.
 */
export function drawMarks(element: Element, highlights: readonly Marked[]): string[] {
  const bare = bareText(element);
  const spans = spansOf(bare, highlights);
  const placed = highlights.flatMap((highlight, index) => {
    const span = spans[index];
    return span ? [{ highlight, ...span }] : [];
  });
  for (const piece of bare.pieces) markPiece(piece, placed);
  return placed.toSorted((one, other) => one.start - other.start).map(({ highlight }) => highlight.id);
}

/** Takes the marks away again; the text is what it was. */
export function eraseMarks(element: Element): void {
  for (const mark of element.querySelectorAll('mark[data-highlights]')) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent?.normalize();
  }
}

/** The marks of a highlight; several where it goes over links or paragraphs. */
export function marksOf(element: Element, id: string): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(`mark[data-highlights~="${CSS.escape(id)}"]`)];
}

/** The highlight that was pressed: of several on the same words, the last that was made. */
export function highlightAt(target: EventTarget | null): string | null {
  const mark = target instanceof Element ? target.closest<HTMLElement>('mark[data-highlights]') : null;
  return mark?.dataset.highlights?.split(' ').at(-1) ?? null;
}

/** Cuts a piece of the text where highlights begin and end, and marks what lies in any. */
function markPiece({ node, start }: BareText['pieces'][number], placed: readonly Placed[]): void {
  const end = start + withoutBlanks(node.data).length;
  const here = placed.filter((one) => one.start < end && one.end > start);
  if (here.length === 0) return;
  const cuts = new Set([0, node.data.length]);
  const place = (index: number) => (index < start ? 0 : (offsetOf(node.data, index - start) ?? node.data.length));
  // The end of a highlight lies behind its last letter, before the blanks that follow.
  const placeBehind = (index: number) => (index > end ? node.data.length : place(index - 1) + 1);
  const inNode = here.map(({ highlight, ...span }) => ({
    highlight,
    from: place(span.start),
    to: placeBehind(span.end),
  }));
  for (const { from, to } of inNode) cuts.add(from).add(to);
  const places = [...cuts].toSorted((a, b) => a - b);
  let rest = node;
  for (const [index, from] of places.slice(0, -1).entries()) {
    const to = places[index + 1] ?? from;
    const part = rest;
    if (to - from < part.data.length) rest = part.splitText(to - from);
    const covering = inNode.filter((one) => one.from <= from && one.to >= to).map(({ highlight }) => highlight);
    if (covering.length > 0) wrap(part, covering);
  }
}

function wrap(part: Text, highlights: readonly Marked[]): void {
  const top = highlights.at(-1);
  if (!top) return;
  const mark = document.createElement('mark');
  mark.dataset.highlights = highlights.map(({ id }) => id).join(' ');
  mark.dataset.color = top.color;
  if (!top.isMine) mark.dataset.others = '';
  if (highlights.some(({ hasNotes }) => hasNotes)) mark.dataset.noted = '';
  part.replaceWith(mark);
  mark.append(part);
}
