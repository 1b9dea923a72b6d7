import { expect, test } from 'vitest';
import type { EntryHighlight, EntryNote } from '../api/annotations.ts';
import { annotationsAsMarkdown, fileNameOf } from './markdown.ts';

const article = {
  title: 'Tides',
  url: 'https://a.example/x',
  author: 'Ada',
  publishedAt: '2026-02-03T04:05:06Z',
  feed: { title: 'Sea' },
};
const highlight = (id: string, quote: string) => ({ id, quote }) as EntryHighlight;
const note = (body: string, highlightId: string | null = null) => ({ id: body, body, highlightId }) as EntryNote;

test('highlights stand with their notes below them, and notes on the article at the end', () => {
  const written = annotationsAsMarkdown(article, {
    highlights: [highlight('1', 'The sea comes.\nThe sea goes.'), highlight('2', 'At noon.')],
    notes: [note('Where?', '1'), note('All in all: good.')],
  });
  expect(written).toBe(
    '# Tides\n\nAda · Sea · 2026-02-03\n\n<https://a.example/x>\n\n> The sea comes.\n>\n> The sea goes.\n\nWhere?\n\n> At noon.\n\n---\n\nAll in all: good.\n',
  );
});

test('a stranger’s text stays text', () => {
  const written = annotationsAsMarkdown(
    { ...article, title: '<img src=x>', url: 'javascript:alert(1)' },
    { highlights: [highlight('1', '# [a](javascript:x) *b* &lt;')], notes: [note('1. one\n- two')] },
  );
  expect(written).not.toMatch(/(?<!\\)[<#*[](?! \\<img)/);
  expect(written).not.toContain('javascript:alert');
  expect(written).toContain('1\\. one\n\n\\- two');
});

test('a file is named by its article in any language', () => {
  expect(fileNameOf('Что знали таблицы / приливов?')).toBe('Что-знали-таблицы-приливов.md');
  expect(fileNameOf('../..')).toBe('article.md');
});
