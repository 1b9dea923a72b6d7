/** One step of a stemmer: the longest of its endings that fits is cut off, or replaced. */
export interface SuffixStep {
  /** Letters that must be left before the ending. */
  least: number;
  /** Separated by blanks; `ies>y` replaces. */
  endings: string;
  /** What is left must fit it. */
  after?: RegExp;
}

/** A stemmer that takes the steps in order, each at most once. */
export function suffixStemmer(steps: readonly SuffixStep[]): (word: string) => string {
  const prepared = steps.map(prepare);
  return (word) => prepared.reduce((stem, step) => step(stem), word);
}

function prepare({ least, endings, after }: SuffixStep): (word: string) => string {
  const replacements = new Map(
    endings.split(/\s+/).map((ending) => {
      const [from = '', to = ''] = ending.split('>');
      return [from, to] as const;
    }),
  );
  const longest = Math.max(...[...replacements.keys()].map((ending) => ending.length));
  return (word) => {
    for (let length = Math.min(longest, word.length - least); length > 0; length--) {
      const replacement = replacements.get(word.slice(-length));
      if (replacement === undefined) continue;
      const left = word.slice(0, -length);
      if (!after || after.test(left)) return left + replacement;
    }
    return word;
  };
}
