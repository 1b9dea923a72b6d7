import type { CreatedAnswer, Passage } from '@alt/contracts';

/**
 * An answer with those citations alone whose words stand in the passage they name, exactly there; `[n]` in its text is
 * numbered anew. An answer that nothing supports is none.
 */
export function verifyAnswer(created: CreatedAnswer, passages: Passage[]): CreatedAnswer {
  const nothing = { ...created, found: false, answer: '', citations: [] };
  if (!created.found) return nothing;
  const byId = new Map(passages.map((passage) => [passage.id, passage]));
  const places = new Map<number, number>();
  const citations = created.citations.filter((citation, index) => {
    const passage = byId.get(citation.passageId);
    const { quote, start, end } = citation;
    const isTrue =
      passage?.articleId === citation.articleId && quote.trim() !== '' && passage.text.slice(start, end) === quote;
    if (isTrue) places.set(index + 1, places.size + 1);
    return isTrue;
  });
  if (citations.length === 0) return nothing;
  const answer = created.answer.replace(/ ?\[(\d{1,3})\]/g, (mark, number: string) => {
    const place = places.get(Number(number));
    return place === undefined ? '' : mark.replace(number, String(place));
  });
  return { ...created, answer, citations };
}
