import { type I18n, setupI18n } from '@lingui/core';
import { type Catalogue, compileCatalogue } from './catalogue.ts';

export const languages = ['en', 'ja', 'ru'] as const;
export type Language = (typeof languages)[number];

/** What each language calls itself. */
export const languageNames: Record<Language, string> = { en: 'English', ja: '日本語', ru: 'Русский' };

const loaders: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => (await import('./ja.ts')).ja,
  ru: async () => (await import('./ru.ts')).ru,
};

/** The first language of the browser's list that we have; English if there is none. */
export function chooseLanguage(setting: Language | 'auto', preferred: readonly string[]): Language {
  if (setting !== 'auto') return setting;
  const wanted = preferred.map((tag) => tag.toLowerCase().split('-')[0]);
  return wanted.flatMap((tag) => languages.filter((language) => language === tag))[0] ?? 'en';
}

/** Loads a language's texts (each is a file of its own) and makes it the language of the page. */
export async function activateLanguage(i18n: I18n, language: Language): Promise<void> {
  if (i18n.locale === language) return;
  const catalogue = await loaders[language]();
  i18n.loadAndActivate({ locale: language, messages: compileCatalogue(catalogue) });
  document.documentElement.lang = language;
}

export function createI18n(): I18n {
  return setupI18n();
}
