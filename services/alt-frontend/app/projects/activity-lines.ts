import type { ProjectEvent } from './projects-api.ts';

const hourMs = 3_600_000;

/** The same people putting, moving and taking out articles one after another within an hour is one line, counted together. */
export function folded(events: readonly ProjectEvent[]): ProjectEvent[] {
  const lines: ProjectEvent[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    if (last && isSame(last, event))
      lines[lines.length - 1] = { ...last, subject: { count: countOf(last) + countOf(event) } };
    else lines.push(event);
  }
  return lines;
}

const countOf = ({ subject }: ProjectEvent) => Number(subject.count ?? 0);

/** `later` stands first: the newest come first. */
function isSame(later: ProjectEvent, earlier: ProjectEvent): boolean {
  return (
    later.kind.startsWith('articles-') &&
    later.kind === earlier.kind &&
    later.actor?.id === earlier.actor?.id &&
    Date.parse(later.at) - Date.parse(earlier.at) < hourMs
  );
}
