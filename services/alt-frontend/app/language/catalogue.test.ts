import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { type Catalogue, compileCatalogue, type PluralForms } from './catalogue.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';
import { chooseLanguage } from './language.ts';
import { ru } from './ru.ts';
import { duration, relativeTime, shortDate } from './time.ts';
import { textsOf } from './translate.ts';

const catalogues: Record<string, Catalogue> = { en, ja, ru };

const formsOf = (message: string | PluralForms): string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(['ja', 'ru'])('every text in %s has the placeholders of the English one', (locale) => {
  for (const [key, message] of Object.entries(catalogues[locale] ?? {})) {
    const english = en[key as keyof typeof en];
    for (const form of formsOf(message)) {
      expect([key, namesIn(form)]).toEqual([key, namesIn(formsOf(english)[0] ?? '')]);
    }
  }
});

test.each(Object.keys(catalogues))(
  'every plural in %s has each form that the language uses, and its number',
  (locale) => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
    for (const [key, message] of Object.entries(catalogues[locale] ?? {})) {
      if (typeof message === 'string') continue;
      expect([key, Object.keys(message).toSorted()]).toEqual([key, needed]);
      for (const form of Object.values(message)) expect([key, form]).toEqual([key, expect.stringContaining('#')]);
    }
  },
);

test('no text is empty or has stray spaces', () => {
  const all = Object.values(catalogues).flatMap((catalogue) => Object.values(catalogue).flatMap(formsOf));
  expect(all.filter((text) => text === '' || text !== text.trim() || / {2}/.test(text))).toEqual([]);
});

function textsIn(locale: string) {
  const i18n = setupI18n();
  i18n.loadAndActivate({ locale, messages: compileCatalogue(catalogues[locale] ?? en) });
  return textsOf(i18n);
}

test('Russian counts in its four ways', () => {
  const { t } = textsIn('ru');
  const found = [1, 2, 5, 11, 21, 1500].map((count) => t('search.found', { count }).replace(/\u00a0/g, ' '));
  expect(found).toEqual([
    'Найдена 1 статья',
    'Найдены 2 статьи',
    'Найдено 5 статей',
    'Найдено 11 статей',
    'Найдена 21 статья',
    'Найдено 1500 статей'.replace('1500', '1 500'),
  ]);
});

test('values are put where the text names them, whatever they contain', () => {
  expect(textsIn('en').t('feed.unsubscribed', { name: '{name} & # <b>' })).toBe('You no longer follow {name} & # <b>.');
  expect(textsIn('ja').t('article.seasonEpisode', { season: 2, episode: 5 })).toBe('シーズン 2、第 5 話');
});

test('the language is the setting’s, else the first of the browser’s that we have, else English', () => {
  expect(chooseLanguage('ja', ['ru'])).toBe('ja');
  expect(chooseLanguage('auto', ['de-DE', 'ru-RU', 'en'])).toBe('ru');
  expect(chooseLanguage('auto', ['de'])).toBe('en');
});

test('times are said in the largest unit that fits, and by the hour only today', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  expect(relativeTime('en', '2026-03-10T11:55:00Z', now)).toBe('5 minutes ago');
  expect(relativeTime('en', '2026-03-12T12:00:00Z', now)).toBe('in 2 days');
  expect(relativeTime('en', '2026-03-10T11:59:50Z', now)).toBe('this minute');
  expect(shortDate('en-GB', '2025-03-10T12:00:00Z', new Date(now))).toBe('10 Mar 2025');
  expect(shortDate('en-GB', 'nonsense', new Date(now))).toBe('');
  expect([duration(59.6), duration(3600), duration(125)]).toEqual(['1:00', '1:00:00', '2:05']);
});
