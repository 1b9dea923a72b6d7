import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { troubleText } from './feed-troubles.ts';

/** The codes that the table of docs/polling.md names, where `-port` stands for `egress-refused-port`. */
async function documentedCodes(): Promise<string[]> {
  const page = await readFile(new URL('../../../../docs/polling.md', import.meta.url), 'utf8');
  const rows = page.split('## Errors')[1]?.match(/^\| `.*$/gm) ?? [];
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([\w-]+)`/g)].map(([, code = '']) =>
      code.startsWith('-') ? `egress-refused${code}` : code,
    ),
  );
}

test('every trouble that polling can name has a sentence in each language of the page', async () => {
  const codes = await documentedCodes();
  expect(codes.length).toBeGreaterThan(30);
  for (const language of ['en', 'ja', 'ru']) {
    const untold = codes.filter((code) => troubleText({ code, message: '' }, language) === '');
    expect([language, untold]).toEqual([language, []]);
  }
});

test('a trouble that the page does not know is told in the words of the server', () => {
  const message = 'example.org did something new.';
  for (const code of ['http-teapot', 'toString', '__proto__'])
    expect(troubleText({ code, message }, 'ru')).toBe(message);
  expect(troubleText({ code: 'http-gone', message }, 'ru')).toBe('Сайт сообщает, что эта лента удалена навсегда.');
});
