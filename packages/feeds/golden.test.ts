import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFeed } from './index.ts';

const folder = new URL('golden/', import.meta.url);
const documents = readdirSync(folder).filter((name) => !name.endsWith('.expected.json'));

/** Each document in `golden/` stands beside what it means. Delete an expectation to have it written anew, and read it. */
test.each(documents)('%s is read as its expectation says', (name) => {
  const outcome = parseFeed(readFileSync(new URL(name, folder)), { url: 'https://origin.example/feeds/main.xml' });
  const expectation = new URL(`${name}.expected.json`, folder);
  const text = JSON.stringify(outcome, null, 2);
  if (!existsSync(expectation)) writeFileSync(expectation, `${text}\n`);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(expectation, 'utf8')));
});
