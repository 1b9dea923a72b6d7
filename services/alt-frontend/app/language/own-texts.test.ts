import { expect, test } from 'vitest';
import { pageTexts } from '../pages/page-texts.ts';
import { articleTexts } from '../reader/article-texts.ts';
import { searchTexts } from '../search/search-texts.ts';
import { tagsTexts } from '../settings/tags-texts.ts';
import { feedTextsTexts } from '../subscriptions/feed-texts-texts.ts';
import type { PluralForms } from './catalogue.ts';
import { translateOwn } from './own-texts.ts';

type Message = string | PluralForms;

const parts: Record<string, Record<string, Record<string, Message>>> = {
  articleTexts,
  feedTextsTexts,
  pageTexts,
  searchTexts,
  tagsTexts,
};
const formsOf = (message: Message = ''): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const namesIn = (text = '') => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(Object.keys(parts))(
  '%s: every language has the keys and placeholders of English, and no stray spaces',
  (part) => {
    const { en = {}, ...others } = parts[part] ?? {};
    for (const [locale, messages] of Object.entries(others)) {
      expect([locale, Object.keys(messages).toSorted()]).toEqual([locale, Object.keys(en).toSorted()]);
      for (const [key, message] of Object.entries(messages)) {
        for (const form of formsOf(message)) {
          expect([key, namesIn(form)]).toEqual([key, namesIn(formsOf(en[key])[0])]);
          expect(form).toBe(form.trim());
        }
      }
    }
  },
);

test.each(Object.keys(parts))('%s: every plural has each form that its language uses, with its number', (part) => {
  for (const [locale, messages] of Object.entries(parts[part] ?? {})) {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message === 'string') continue;
      expect([locale, key, Object.keys(message).toSorted()]).toEqual([locale, key, needed]);
      for (const form of formsOf(message)) expect([key, form]).toEqual([key, expect.stringContaining('#')]);
    }
  }
});

test('numbers choose the form and are written as the language does; names are put in', () => {
  expect(translateOwn(searchTexts, 'en')('facet', { title: 'Tide', count: 1 })).toBe('Tide, 1 article');
  expect(translateOwn(searchTexts, 'ru')('facet', { title: 'Tide', count: 3 })).toBe('Tide, 3 статьи');
  expect(translateOwn(searchTexts, 'xx')('edit', { name: 'a {b} # c' })).toBe('Change the search a {b} # c');
});
