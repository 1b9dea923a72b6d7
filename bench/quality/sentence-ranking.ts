/** The two usual rankings of sentences, to measure ours against. */

const DAMPING = 0.85;
const ROUNDS = 50;

/**
 * TextRank (Mihalcea and Tarau 2004): shared words over the logarithms of both lengths, weighted PageRank. The terms of
 * each sentence come in, the best sentence comes first.
 */
export function rankByTextRank(sentences: Set<string>[]): number[] {
  const weights = sentences.map((one, row) =>
    sentences.map((other, column) => {
      if (row === column || one.size < 2 || other.size < 2) return 0;
      const shared = [...one].filter((term) => other.has(term)).length;
      return shared / (Math.log(one.size) + Math.log(other.size));
    }),
  );
  return byScore(pageRank(weights));
}

/**
 * LexRank (Erkan and Radev 2004): cosine of tf-idf within the text, cut at a threshold, 0 for the continuous form; PageRank.
 */
export function rankByLexRank(sentences: string[][], { threshold }: { threshold: number }): number[] {
  const counts = new Map<string, number>();
  for (const words of sentences) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vectors = sentences.map((words) =>
    vectorOf(words, (word) => Math.log(sentences.length / (counts.get(word) ?? 1)) + 1),
  );
  const weights = vectors.map((one) =>
    vectors.map((other) => {
      const likeness = product(one, other);
      return likeness <= threshold ? 0 : threshold > 0 ? 1 : likeness;
    }),
  );
  return byScore(pageRank(weights));
}

function vectorOf(words: string[], rarity: (word: string) => number): Map<string, number> {
  const vector = new Map<string, number>();
  for (const word of words) vector.set(word, (vector.get(word) ?? 0) + rarity(word));
  const length = Math.hypot(...vector.values()) || 1;
  for (const [word, weight] of vector) vector.set(word, weight / length);
  return vector;
}

function product(one: Map<string, number>, other: Map<string, number>): number {
  let sum = 0;
  for (const [word, weight] of one) sum += weight * (other.get(word) ?? 0);
  return sum;
}

function pageRank(weights: number[][]): number[] {
  const sums = weights.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let scores = weights.map(() => 1 / weights.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = weights.map(() => (1 - DAMPING) / weights.length);
    weights.forEach((row, index) => {
      const share = (DAMPING * (scores[index] ?? 0)) / (sums[index] || 1);
      row.forEach((weight, other) => {
        next[other] = (next[other] ?? 0) + share * weight;
      });
    });
    scores = next;
  }
  return scores;
}

function byScore(scores: number[]): number[] {
  return [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}
