import type { en } from './en.ts';

/** The forms of a message that counts; `#` stands for the number. Which forms a language needs: CLDR plural rules. */
export interface PluralForms {
  one?: string;
  few?: string;
  many?: string;
  other: string;
}

type English = typeof en;
export type MessageKey = keyof English;

/** A language's texts: the same keys as English, a plural where English has one. */
export type Catalogue = Translation<English>;

/** The same keys as some English texts, a plural where English has one. */
export type Translation<Texts> = { [Key in keyof Texts]: Texts[Key] extends string ? string : PluralForms };

type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type NamesOf<Message> = Message extends string ? Placeholders<Message> : 'count' | Placeholders<Message[keyof Message]>;

type ValuesOf<Message> = [NamesOf<Message>] extends [never] ? [] : [values: Record<NamesOf<Message>, string | number>];

/** Gives the text of a key in the reader's language; the placeholders of the key are required. */
export type TranslateOf<Texts> = <Key extends keyof Texts>(key: Key, ...values: ValuesOf<Texts[Key]>) => string;
export type Translate = TranslateOf<English>;

type Token = string | [name: string] | [name: string, type: 'plural', forms: Record<string, Token[]>];

/**
 * Turns a catalogue into the token lists that Lingui interpolates, so that its message parser stays out of the page
 * (it is several times larger than this function).
 */
export function compileCatalogue(catalogue: Catalogue): Record<string, Token[]> {
  return Object.fromEntries(
    Object.entries(catalogue).map(([key, message]) => [
      key,
      typeof message === 'string' ? compileText(message) : [compilePlural(message)],
    ]),
  );
}

function compileText(text: string): Token[] {
  return text
    .split(/(\{\w+\}|#)/)
    .filter(Boolean)
    .map((part) => (part.startsWith('{') ? [part.slice(1, -1)] : part));
}

function compilePlural(forms: PluralForms): Token {
  const compiled = Object.entries(forms).map(([name, text]: [string, string]) => [name, compileText(text)] as const);
  return ['count', 'plural', Object.fromEntries(compiled)];
}
