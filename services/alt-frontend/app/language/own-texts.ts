import type { PluralForms, TranslateOf, Translation } from './catalogue.ts';
import type { Language } from './language.ts';
import { useTexts } from './translate.ts';

type Messages = Readonly<Record<string, string | PluralForms>>;

/** The texts of a part of the page that is loaded later than the first screen, in every language of the page. */
export type OwnTexts<English extends Messages> = { en: English } & Record<
  Exclude<Language, 'en'>,
  Translation<English>
>;

/** The reader's language of texts that are loaded with the part of the page that shows them. */
export function useOwnTexts<English extends Messages>(texts: OwnTexts<English>): TranslateOf<English> {
  return translateOwn(texts, useTexts().language);
}

/** Texts in a language; one that the page does not have is English. */
export function translateOwn<English extends Messages>(
  texts: OwnTexts<English>,
  language: string,
): TranslateOf<English> {
  const locale = Object.hasOwn(texts, language) ? (language as Language) : 'en';
  const messages = texts[locale] as Messages;
  return (key, ...given) => {
    const values: Record<string, string | number> = given[0] ?? {};
    const message = messages[String(key)] ?? '';
    if (typeof message === 'string') return fill(message, values);
    const count = Number(values.count);
    const form = message[new Intl.PluralRules(locale).select(count) as keyof PluralForms] ?? message.other;
    return fill(form.replace('#', new Intl.NumberFormat(locale).format(count)), values);
  };
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
