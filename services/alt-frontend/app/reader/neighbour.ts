/** The article before or after another of those that are walked through; the first where the walk has not begun. */
export function neighbour(ids: readonly string[], id: string | null, step: number): string | undefined {
  if (id === null) return ids[0];
  const index = ids.indexOf(id);
  return index < 0 ? undefined : ids[index + step];
}
