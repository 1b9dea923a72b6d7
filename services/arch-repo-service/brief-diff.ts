import type { BriefPart, BriefSentence, PartChange, SentenceChange } from '@alt/contracts';

/** What changed from one version's parts to another's: in the order of the later one, parts that went at the end. */
export function compareParts(before: BriefPart[], after: BriefPart[]): PartChange[] {
  const find = (parts: BriefPart[], id: string | null) => parts.find(({ sectionId }) => sectionId === id);
  const present = after.map((part): PartChange => {
    const earlier = find(before, part.sectionId);
    const { sectionId, title } = part;
    const sentences = compareSentences(earlier?.sentences ?? [], part.sentences);
    const isKept = earlier?.title === title && sentences.every(({ change }) => change === 'kept');
    return { sectionId, title, change: earlier ? (isKept ? 'kept' : 'changed') : 'added', sentences };
  });
  const gone = before
    .filter(({ sectionId }) => !find(after, sectionId))
    .map(({ sectionId, title, sentences }): PartChange => {
      return { sectionId, title, change: 'removed', sentences: compareSentences(sentences, []) };
    });
  return [...present, ...gone];
}

/**
 * Sentence by sentence, by a longest common subsequence of their words: what was removed stands before what came in its
 * place.
 */
export function compareSentences(before: BriefSentence[], after: BriefSentence[]): SentenceChange[] {
  const common = commonLengths(before, after);
  const changes: SentenceChange[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old && now && old.text === now.text) {
      changes.push(keptOrRecited(old, now));
      i += 1;
      j += 1;
    } else if (old && (!now || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      changes.push({ change: 'removed', ...old });
      i += 1;
    } else if (now) {
      changes.push({ change: 'added', ...now });
      j += 1;
    }
  }
  return changes;
}

/** `[i][j]`: how many sentences the rests from i and from j have in common, in order. */
function commonLengths(before: BriefSentence[], after: BriefSentence[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (!row) continue;
      row[j] =
        before[i]?.text === after[j]?.text
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function keptOrRecited(old: BriefSentence, now: BriefSentence): SentenceChange {
  const isSame = citedIn(old) === citedIn(now);
  return isSame ? { change: 'kept', ...now } : { change: 'recited', ...now, citationsBefore: old.citations };
}

function citedIn({ citations }: BriefSentence): string {
  return JSON.stringify(citations.map(({ articleId, quote }) => [articleId, quote]).toSorted());
}
