/** The best of many by score, then by the greater tie-break; both numbers. */
export interface Top {
  /** What must be beaten to come in; -Infinity while there is room. */
  threshold(): number;
  offer(score: number, tie: number): void;
  /** The best first. */
  sorted(): { score: number; tie: number }[];
}

/** A heap whose root is the worst that is kept. */
export function createTop(size: number): Top {
  const scores = new Float64Array(size);
  const ties = new Float64Array(size);
  let length = 0;
  const isWorse = (a: number, b: number): boolean =>
    (scores[a] as number) < (scores[b] as number) ||
    (scores[a] === scores[b] && (ties[a] as number) < (ties[b] as number));
  const swap = (a: number, b: number): void => {
    const score = scores[a] as number;
    const tie = ties[a] as number;
    scores[a] = scores[b] as number;
    ties[a] = ties[b] as number;
    scores[b] = score;
    ties[b] = tie;
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isWorse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = at * 2 + 1;
      if (left >= length) return;
      const child = left + 1 < length && isWorse(left + 1, left) ? left + 1 : left;
      if (!isWorse(child, at)) return;
      swap(at, child);
      at = child;
    }
  };
  return {
    threshold: () => (length < size ? Number.NEGATIVE_INFINITY : (scores[0] ?? Number.POSITIVE_INFINITY)),
    offer(score, tie) {
      if (length < size) {
        scores[length] = score;
        ties[length] = tie;
        length += 1;
        rise(length - 1);
        return;
      }
      if (size === 0 || score < (scores[0] as number)) return;
      if (score === scores[0] && tie <= (ties[0] as number)) return;
      scores[0] = score;
      ties[0] = tie;
      sink();
    },
    sorted: () =>
      Array.from({ length }, (_, at) => ({ score: scores[at] as number, tie: ties[at] as number })).sort(
        (a, b) => b.score - a.score || b.tie - a.tie,
      ),
  };
}
