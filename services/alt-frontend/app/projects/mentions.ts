import type { Person } from './projects-api.ts';

/** The word behind an @ in which the caret stands, and where its @ is; null where no name is being written. */
export function nameAt(text: string, caret: number): { start: number; word: string } | null {
  const found = /(?:^|[\s(（「『])@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, caret));
  const word = found?.[1];
  return word === undefined ? null : { start: caret - word.length - 1, word };
}

/** Whose names begin with a word, or a later part of whose names does. */
export function peopleNamed<Somebody extends Person>(people: readonly Somebody[], word: string): Somebody[] {
  const sought = word.toLocaleLowerCase();
  return people
    .filter(({ name }) =>
      name
        .toLocaleLowerCase()
        .split(/\s+/)
        .some((part) => part.startsWith(sought)),
    )
    .slice(0, 6);
}

/** The text with a name in the place of the word that is being written, and the caret behind it. */
export function withName(text: string, { start, word }: { start: number; word: string }, name: string) {
  const before = `${text.slice(0, start)}@${name} `;
  return { text: before + text.slice(start + 1 + word.length).replace(/^ /, ''), caret: before.length };
}

/** Who is mentioned in a text; of names that begin alike the longest that fits. */
export function mentionedIn(text: string, people: readonly Person[]): Person[] {
  const byLength = people.filter(({ name }) => name !== '').toSorted((a, b) => b.name.length - a.name.length);
  const found = new Set<Person>();
  for (const { index } of text.matchAll(/@/g)) {
    const person = byLength.find(({ name }) => text.startsWith(name, index + 1));
    if (person) found.add(person);
  }
  return people.filter((person) => found.has(person));
}
