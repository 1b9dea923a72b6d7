import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { problemMessage } from '../api/problem.ts';
import type { Translate } from './catalogue.ts';
import { relativeTime, shortDate } from './time.ts';

export interface Texts {
  t: Translate;
  language: string;
  /** A count in the language's digits and grouping. */
  number(value: number): string;
  /** A distance in time in words, such as “5 minutes ago”. */
  ago(time: string): string;
  /** The shortest useful form for a list: the hour today, else the day. */
  day(time: string): string;
  /** Date and time in full. */
  dateTime(time: string): string;
  /** The sentence for an error: by its code, else what the server says. */
  problem(error: unknown): string;
}

/** The texts of the page in the reader's language; components render again when it changes. */
export function useTexts(): Texts {
  const { i18n, _ } = useLingui();
  // `_` changes with the language, `i18n` is a new proxy then; both stay the same between renders.
  return useMemo(() => textsOf(i18n, _ as unknown as Translate), [i18n, _]);
}

export function textsOf(i18n: I18n, translate: Translate = i18n._.bind(i18n) as unknown as Translate): Texts {
  const locale = i18n.locale;
  const count = new Intl.NumberFormat(locale);
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' });
  return {
    t: translate,
    language: locale,
    number: (value) => count.format(value),
    ago: (time) => relativeTime(locale, time, Date.now()),
    day: (time) => shortDate(locale, time, new Date()),
    dateTime: (time) => full.format(new Date(time)),
    problem: (error) => problemMessage(error, translate),
  };
}
