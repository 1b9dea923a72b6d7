import { expect, test } from 'vitest';
import { accountProblemTexts } from '../account/account-problem.ts';
import { accountTexts } from '../account/account-texts.ts';
import { signOnTexts } from '../account/sign-on-texts.ts';
import { annotationTexts } from '../annotations/annotation-texts.ts';
import { kratosTexts } from '../kratos/kratos-texts.ts';
import { messageTexts } from '../kratos/message-texts.ts';
import { pageTexts } from '../pages/page-texts.ts';
import { activityTexts } from '../projects/activity-texts.ts';
import { briefTexts } from '../projects/brief-texts.ts';
import { moreTexts } from '../projects/more-texts.ts';
import { projectTexts } from '../projects/project-texts.ts';
import { teamTexts as projectTeamTexts } from '../projects/team-texts.ts';
import { articleTexts } from '../reader/article-texts.ts';
import { labelTexts } from '../reader/label-texts.ts';
import { rulesTexts } from '../rules/rules-texts.ts';
import { searchTexts } from '../search/search-texts.ts';
import { helpTexts } from '../settings/help-texts.ts';
import { inoreaderTexts } from '../settings/inoreader-texts.ts';
import { readingTexts } from '../settings/reading-texts.ts';
import { tagsTexts } from '../settings/tags-texts.ts';
import { addTexts } from '../subscriptions/add-texts.ts';
import { feedTextsTexts } from '../subscriptions/feed-texts-texts.ts';
import { opmlTexts } from '../subscriptions/opml-texts.ts';
import { readerImportTexts } from '../subscriptions/reader-import-texts.ts';
import { archiveTexts } from '../team/archive-texts.ts';
import { limitTexts } from '../team/limit-texts.ts';
import { logTexts } from '../team/log-texts.ts';
import { sharingTexts } from '../team/sharing-texts.ts';
import { teamTexts } from '../team/team-texts.ts';
import { signOnProblemTexts } from '../welcome/sign-on-problem.ts';
import { wayInTexts } from '../welcome/way-in-texts.ts';
import type { PluralForms } from './catalogue.ts';
import { translateOwn } from './own-texts.ts';

type Message = string | PluralForms;

const parts: Record<string, Record<string, Record<string, Message>>> = {
  activityTexts,
  addTexts,
  accountProblemTexts,
  accountTexts,
  annotationTexts,
  archiveTexts,
  articleTexts,
  briefTexts,
  feedTextsTexts,
  helpTexts,
  inoreaderTexts,
  kratosTexts,
  messageTexts,
  moreTexts,
  opmlTexts,
  readerImportTexts,
  pageTexts,
  projectTeamTexts,
  projectTexts,
  readingTexts,
  rulesTexts,
  searchTexts,
  labelTexts,
  limitTexts,
  logTexts,
  sharingTexts,
  signOnProblemTexts,
  signOnTexts,
  tagsTexts,
  teamTexts,
  wayInTexts,
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
  expect(translateOwn(opmlTexts, 'ja')('progress', { done: 3, total: 7 })).toBe('7 件中 3 件を取得');
  expect(translateOwn(searchTexts, 'xx')('edit', { name: 'a {b} # c' })).toBe('Change the search a {b} # c');
});
