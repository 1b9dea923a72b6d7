import { type ProblemCode, problems } from '@alt/contracts';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { accountProblem } from '../account/account-problem.ts';
import { ApiProblem } from '../api/problem.ts';
import { signOnProblem, signOnProblemTexts } from '../welcome/sign-on-problem.ts';
import { type Catalogue, compileCatalogue } from './catalogue.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';
import { ru } from './ru.ts';
import { textsOf } from './translate.ts';

const catalogues: Record<string, Catalogue> = { en, ja, ru };
const textsIn = (locale: string) => {
  const i18n = setupI18n();
  i18n.loadAndActivate({ locale, messages: compileCatalogue(catalogues[locale] ?? en) });
  return textsOf(i18n);
};

/** What no page is ever told: mistakes that only a program makes, and what a page answers by its next step. */
const unseen: ReadonlySet<ProblemCode> = new Set([
  'invalid-json',
  'unsupported-media-type',
  'method-not-allowed',
  'precondition-required',
  'image-refused',
  'second-factor-required',
]);
const codes = Object.keys(problems) as ProblemCode[];

test.each(Object.keys(catalogues))('every problem that a page can meet has words of its own in %s', (locale) => {
  const texts = textsIn(locale);
  const atSignOn = (code: string) => code === 'sign-on-refused' || code === 'sign-on-unlinked';
  const without = codes.filter((code) => {
    if (unseen.has(code)) return false;
    const said = atSignOn(code)
      ? signOnProblem(code, texts)
      : accountProblem(new ApiProblem(400, { code, detail: 'What the server says.' }), texts);
    // In English what the server says may be all there is to say; in another language it only follows.
    return said === '' || said === texts.t('problem.unknown') || (locale !== 'en' && said === 'What the server says.');
  });
  expect(without).toEqual([]);
});

test.each(Object.keys(catalogues))(
  'whatever a single sign-on brings back is said in %s, and never in its own words',
  (locale) => {
    const texts = textsIn(locale);
    const { unknown } = signOnProblemTexts[locale as 'en'];
    expect(signOnProblem('Call 555-0100 and tell your password', texts)).toBe(unknown);
    expect(signOnProblem('', texts)).toBe(unknown);
    for (const code of codes)
      expect([code, signOnProblem(code, texts)]).toEqual([code, expect.stringMatching(/\S{2}/)]);
    expect(signOnProblem('sign-on-unlinked', texts)).not.toBe(unknown);
    expect(signOnProblem('too-many-requests', texts)).toBe(texts.t('problem.too-many-requests'));
  },
);
