/** Shorter words are too easily others: with three letters, every second word is one error away. */
const MIN_LENGTH = 4;
/** From here on, two errors. */
const TWO_ERRORS_LENGTH = 8;
/** As so many other words a word is read, and for so many words of a query others are sought. */
export const MAX_READINGS = 3;
export const MAX_CORRECTED = 5;

/** How many typing errors a word of a query may have. */
export function maximumErrors(word: string): number {
  const { length } = [...word];
  return length < MIN_LENGTH ? 0 : length < TWO_ERRORS_LENGTH ? 1 : 2;
}

/**
 * How many letters must be put in, taken out, changed or swapped with their neighbour; `maximum + 1` where it is more.
 * Optimal string alignment, rows cut off where none can be within the maximum.
 */
export function distanceOf(a: string, b: string, maximum: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    let least = row;
    for (let column = 1; column <= b.length; column += 1) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min((last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + change);
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least > maximum) return maximum + 1;
    before = last;
    last = next;
  }
  return Math.min(last[b.length] ?? 0, maximum + 1);
}
