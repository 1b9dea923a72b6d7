import { startOfDate } from './dates.ts';
import type { ParsedQuery, QueryErrorCode, SearchNode, StateLeaf, TextField } from './query.ts';
import { createScanner, fail, peek, type Quoted, type Scanner, skipBlanks, takeQuoted, takeRun } from './scanner.ts';

/** A query prints somewhat longer than it was typed, and what is printed must be read again. */
const LENGTH_MAXIMUM = 2_000;
const WORD_MAXIMUM = 200;
const LEAVES_MAXIMUM = 100;
const DEPTH_MAXIMUM = 20;

/**
 * Reads a query. Never throws: a query that cannot be understood answers the first mistake with its place.
 *
 * Words side by side are all required; `OR` joins its two neighbours and binds closer than standing side by side, as in
 * Gmail: `is:unread cats OR dogs` is unread and about either. `-` or `NOT` excludes, `AND` and `( )` are understood,
 * `word*` finds what begins so. What has no letter and no digit says nothing.
 */
export function parseQuery(text: string): ParsedQuery {
  const scanner = createScanner(text.slice(0, LENGTH_MAXIMUM));
  if (text.length > LENGTH_MAXIMUM) {
    fail(scanner, 'too-complex', 0, text.length, `Shorten the query to ${LENGTH_MAXIMUM} characters.`);
  }
  const root = readAll(scanner, 0);
  if (!scanner.error && peek(scanner) === ')') {
    fail(
      scanner,
      'unexpected-parenthesis',
      scanner.at,
      scanner.at + 1,
      'Remove this parenthesis, or open one before it.',
    );
  }
  if (!scanner.error && !root) fail(scanner, 'empty', 0, text.length, 'Type at least one word to look for.');
  if (scanner.error || !root) return { query: null, errors: [scanner.error ?? NEVER] };
  return { query: { root, isPlain: isPlainWord(root) || (!scanner.hasOperators && isPlainWords(root)) }, errors: [] };
}

const NEVER = { code: 'empty', start: 0, end: 0, message: '' } as const;

function isPlainWord(node: SearchNode): boolean {
  return node.kind === 'word' && node.field === 'text' && !node.isPrefix;
}

function isPlainWords(node: SearchNode): boolean {
  return node.kind === 'and' && node.parts.every(isPlainWord);
}

/** Everything up to the end or a closing parenthesis. */
function readAll(scanner: Scanner, depth: number): SearchNode | null {
  const parts: SearchNode[] = [];
  let hasStarted = false;
  while (!isAtEnd(scanner)) {
    if (hasStarted) takeKeyword(scanner, 'AND');
    const part = readEither(scanner, depth);
    hasStarted = true;
    if (part) parts.push(part);
  }
  return group('and', parts);
}

function readEither(scanner: Scanner, depth: number): SearchNode | null {
  const parts: SearchNode[] = [];
  do {
    const part = readOperand(scanner, depth);
    if (part) parts.push(part);
  } while (takeKeyword(scanner, 'OR'));
  return group('or', parts);
}

/** Null where it says nothing, and after a mistake. */
function readOperand(scanner: Scanner, depth: number): SearchNode | null {
  const next = peek(scanner);
  const start = scanner.at;
  if (next === '' || next === ')') return missingOperand(scanner, start, start);
  if (depth > DEPTH_MAXIMUM) {
    return fail(scanner, 'too-complex', start, start + 1, 'Use fewer parentheses inside one another.');
  }
  if (next === '-' || takeKeyword(scanner, 'NOT')) {
    scanner.hasOperators = true;
    if (next === '-') scanner.at += 1;
    if (next === '-' && isBlankNext(scanner)) return null; // a dash between words
    const part = readOperand(scanner, depth + 1);
    return part && { kind: 'not', part };
  }
  if (next === '(') return readGroup(scanner, depth);
  const quoted = takeQuoted(scanner);
  if (quoted !== null) return readPhrase(scanner, 'text', quoted);
  return readRun(scanner);
}

function isBlankNext({ text, at }: Scanner): boolean {
  return at >= text.length || /[\s)]/u.test(text.charAt(at));
}

function readGroup(scanner: Scanner, depth: number): SearchNode | null {
  const start = scanner.at;
  scanner.hasOperators = true;
  scanner.at += 1;
  const node = readAll(scanner, depth + 1);
  if (scanner.error) return null;
  if (peek(scanner) !== ')') {
    return fail(scanner, 'unclosed-parenthesis', start, start + 1, 'Close this parenthesis, or remove it.');
  }
  scanner.at += 1;
  return node;
}

/** A word, or a field with its value. */
function readRun(scanner: Scanner): SearchNode | null {
  const start = scanner.at;
  const run = takeRun(scanner);
  if (run === 'OR' || run === 'AND') return missingOperand(scanner, start, scanner.at);
  const name = /^([a-z]+):/i.exec(run)?.[1]?.toLowerCase();
  if (name === undefined || !Object.hasOwn(FIELDS, name)) return readWord(scanner, 'text', run, start);
  const field = FIELDS[name as FieldName];
  const value = run.slice(name.length + 1).normalize('NFC');
  const quoted = value === '' ? takeQuoted(scanner) : null;
  if (scanner.error) return null;
  const place = { start, end: scanner.at };
  const node = quoted === null ? field.bare(scanner, value, place) : field.quoted(scanner, quoted, place);
  if (node || scanner.error) return node;
  return fail(scanner, 'missing-value', start, scanner.at, `Write after "${name}:" ${field.hint}.`);
}

interface Place {
  start: number;
  end: number;
}

interface Field {
  hint: string;
  /** A node; null where the value is missing or the mistake was noted. */
  bare(scanner: Scanner, value: string, place: Place): SearchNode | null;
  quoted(scanner: Scanner, value: Quoted, place: Place): SearchNode | null;
}

type FieldName =
  | 'intitle'
  | 'inurl'
  | 'author'
  | 'feed'
  | 'folder'
  | 'label'
  | 'tag'
  | 'lang'
  | 'is'
  | 'has'
  | 'after'
  | 'before';

const FIELDS: Record<FieldName, Field> = {
  intitle: textField('title'),
  inurl: textField('url'),
  author: textField('author'),
  feed: nameField('feed'),
  folder: nameField('folder'),
  label: nameField('label'),
  tag: nameField('tag'),
  lang: chosen('a language by its code, such as lang:ja', (value) => {
    const language = /^([a-z]{2,3})(?:-[a-z0-9-]*)?$/.exec(value)?.[1];
    return language === undefined ? null : { kind: 'lang', language };
  }),
  is: chosen('unread, read or starred', (value) =>
    value === 'unread' || value === 'read' || value === 'starred' ? { kind: 'is', state: value } : null,
  ),
  has: chosen('summary or audio', (value) =>
    value === 'summary' || value === 'audio' ? { kind: 'has', what: value } : null,
  ),
  after: dateField('after'),
  before: dateField('before'),
};

function textField(field: TextField): Field {
  return {
    hint: 'a word or a "phrase"',
    bare: (scanner, value, place) => readWord(scanner, field, value, place.start),
    quoted: (scanner, value) => readPhrase(scanner, field, value),
  };
}

function nameField(kind: 'feed' | 'folder' | 'label' | 'tag'): Field {
  const read = (scanner: Scanner, name: string, { start, end }: Place): SearchNode | null => {
    if (name.length > WORD_MAXIMUM) return tooLong(scanner, start, end);
    return name === '' ? null : counted(scanner, start, end, { kind, name });
  };
  return {
    hint: 'a name, in quotation marks if it has blanks',
    bare: read,
    quoted: (scanner, value, place) => read(scanner, value.text, place),
  };
}

function chosen(
  hint: string,
  choose: (value: string) => StateLeaf | null,
  code: QueryErrorCode = 'unknown-value',
): Field {
  const read = (scanner: Scanner, value: string, { start, end }: Place): SearchNode | null => {
    if (value === '') return null;
    const leaf = choose(value.toLowerCase());
    return leaf ? counted(scanner, start, end, leaf) : fail(scanner, code, start, end, `Write here ${hint}.`);
  };
  return { hint, bare: read, quoted: (scanner, value, place) => read(scanner, value.text, place) };
}

function dateField(kind: 'after' | 'before'): Field {
  return chosen(
    `a date such as ${kind}:2026-11-21, ${kind}:2026-11 or ${kind}:2026`,
    (date) => (startOfDate(date) === null ? null : { kind, date }),
    'invalid-date',
  );
}

function readWord(scanner: Scanner, field: TextField, run: string, start: number): SearchNode | null {
  const text = run.normalize('NFC').replace(/\*+$/u, '');
  if (!saysSomething(text)) return null;
  if (text.length > WORD_MAXIMUM) return tooLong(scanner, start, scanner.at);
  return counted(scanner, start, scanner.at, { kind: 'word', field, text, isPrefix: run.endsWith('*') });
}

function readPhrase(scanner: Scanner, field: TextField, { text, start, end }: Quoted): SearchNode | null {
  if (!saysSomething(text)) return null;
  if (text.length > WORD_MAXIMUM * 2) return tooLong(scanner, start, end);
  return counted(scanner, start, end, { kind: 'phrase', field, text });
}

function saysSomething(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** No more leaves than an engine can be asked for. */
function counted(scanner: Scanner, start: number, end: number, leaf: SearchNode): SearchNode | null {
  scanner.leaves += 1;
  if (scanner.leaves <= LEAVES_MAXIMUM) return leaf;
  return fail(scanner, 'too-complex', start, end, `Look for at most ${LEAVES_MAXIMUM} things at once.`);
}

function tooLong(scanner: Scanner, start: number, end: number): null {
  return fail(scanner, 'too-complex', start, end, 'Shorten this word.');
}

function missingOperand(scanner: Scanner, start: number, end: number): null {
  return fail(scanner, 'missing-operand', start, end, 'Write a word on both sides of OR and AND, and one after NOT.');
}

function isAtEnd(scanner: Scanner): boolean {
  const next = peek(scanner);
  return next === '' || next === ')';
}

/** A keyword that stands alone. */
function takeKeyword(scanner: Scanner, keyword: 'OR' | 'AND' | 'NOT'): boolean {
  skipBlanks(scanner);
  const start = scanner.at;
  if (!scanner.text.startsWith(keyword, start) || takeRun(scanner) !== keyword) {
    scanner.at = start;
    return false;
  }
  scanner.hasOperators = true;
  return true;
}

/** Several parts as one, with groups of the same kind opened; null of none. */
function group(kind: 'and' | 'or', parts: SearchNode[]): SearchNode | null {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  return flat.length > 1 ? { kind, parts: flat } : (flat[0] ?? null);
}
