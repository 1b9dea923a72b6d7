/**
 * The name in what RSS calls an author: `bob@example.org (Bob)`, `Bob <bob@example.org>`, `Bob`, or an address alone, which
 * then stands for the name.
 */
export function personName(text: string | null): string | null {
  if (text === null) return null;
  const trimmed = text.trim();
  const inParentheses = /^\S+@\S+\s*\(([^()]{1,200})\)$/.exec(trimmed)?.[1];
  const beforeAddress = /^([^<>@]{1,200})<[^<>]{0,200}>$/.exec(trimmed)?.[1];
  const beside = /^([^@<>()]{1,200})\s\(?[^\s@<>()]+@[^\s@<>()]+\)?$/.exec(trimmed)?.[1];
  const name = (inParentheses ?? beforeAddress ?? beside ?? trimmed).trim().replace(/^["']|["']$/g, '');
  return name.replace(/^mailto:/i, '').trim() || null;
}
