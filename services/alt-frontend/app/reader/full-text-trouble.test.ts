import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { failureText } from './full-text-trouble.tsx';

/** The codes that pre-processor sets itself, as its source names them. */
async function setCodes(): Promise<string[]> {
  const folder = new URL('../../../pre-processor/extraction/', import.meta.url);
  const sources = await Promise.all(
    ['article.ts', 'fetching.ts', 'judgement.ts', 'stage.ts'].map((name) => readFile(new URL(name, folder), 'utf8')),
  );
  const pattern = /refuse\('([\w-]+)'|(?:ParkedError|AnswerError)\([^;]*, '([\w-]+)'\)|^ {2}'([\w-]+)': '[A-Z]/gm;
  return sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? ''));
}

test('every reason for a missing full text has a sentence in each language of the page', async () => {
  const codes = await setCodes();
  expect(codes.length).toBeGreaterThan(10);
  for (const language of ['en', 'ja', 'ru']) {
    const untold = codes.filter((code) => failureText({ code, reason: '' }, language) === '');
    expect([language, untold]).toEqual([language, []]);
  }
});

test('what feeds can meet too is told as there, and an unknown reason in the words of the server', () => {
  expect(failureText({ code: 'http-not-found', reason: 'x' }, 'ru')).toBe('По этому адресу ничего нет.');
  expect(failureText({ code: 'http-gone', reason: 'x' }, 'en')).toBe('The site says that this page is gone for good.');
  for (const code of [null, 'failed', 'toString']) expect(failureText({ code, reason: 'words' }, 'ja')).toBe('words');
});
