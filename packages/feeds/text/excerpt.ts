const MAX_LENGTH = 500;
/** A cut word looks worse than a shorter excerpt, as long as this much is left; Chinese and Japanese have no blanks to cut at. */
const MIN_LENGTH = 400;

/** The beginning of a text on one line, at most 500 characters with the ellipsis, cut between words if it can be. */
export function excerptOf(text: string): string {
  if (text.length <= MAX_LENGTH) return text.replaceAll('\n', ' ');
  const head = text.slice(0, MAX_LENGTH).replaceAll('\n', ' ');
  const lastBlank = head.lastIndexOf(' ', MAX_LENGTH - 1);
  const end = lastBlank >= MIN_LENGTH ? lastBlank : characterEnd(text, MAX_LENGTH - 1);
  return `${head.slice(0, end).trimEnd()}…`;
}

/** The last place at or before `index` that lies between two whole characters as readers see them. */
function characterEnd(text: string, index: number): number {
  const start = Math.max(0, index - 64);
  let end = start;
  for (const { segment, index: offset } of new Intl.Segmenter().segment(text.slice(start, index + 32))) {
    if (start + offset + segment.length > index) break;
    end = start + offset + segment.length;
  }
  // A "character" of more than 64 units is a pile of accents; only the surrogate pair counts then.
  if (end === start) return /[\ud800-\udbff]/.test(text.charAt(index - 1)) ? index - 1 : index;
  return end;
}
