import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { detectLanguage } from '@alt/language';
import type { QualityTable } from './table.ts';

interface Tally {
  right: number;
  unknown: number;
  wrong: number;
}

/**
 * Language detection on `FOLDER/language/<ISO 639-1>.txt`, a sentence a line: whole sentences, and their first six and three
 * words (as short as titles). The model has not seen them. The baseline is the first guess that costs nothing: the most
 * frequent language of the script.
 */
export async function measure(folder: string): Promise<QualityTable> {
  const sentences = await readSentences(path.join(folder, 'language'));
  const all = [...sentences.values()].flat();
  for (const sentence of all.slice(0, 1_000)) detectLanguage(sentence);
  const rows = [...sentences].map(([language, lines]) => [
    language,
    ...cells(tallyOf(language, lines)),
    ...cells(tallyOf(language, firstWords(lines, 6))).slice(0, 2),
    ...cells(tallyOf(language, firstWords(lines, 3))).slice(0, 2),
  ]);
  return {
    title: 'Language detection',
    notes: [
      `${all.length} sentences of ${sentences.size} languages; right, unknown (no answer) and wrong as parts of one. Six and three words: the beginnings of the same sentences.`,
      `Baseline, the most frequent language of the sentence's script: ${baseline(sentences).toFixed(3)} right.`,
      `Processor time: ${microsecondsOf(all).toFixed(0)} µs a sentence of ${Math.round(all.join('').length / all.length)} characters, ${microsecondsOf(articlesOf(sentences)).toFixed(0)} µs an article of 6,000 characters.`,
    ],
    columns: ['language', 'right', 'unknown', 'wrong', 'six words: right', 'unknown', 'three words: right', 'unknown'],
    rows: [...rows, ['all', ...meansOf(rows)]],
  };
}

async function readSentences(folder: string): Promise<Map<string, string[]>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const files = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return new Map(files.map((text, index) => [path.parse(names[index] ?? '').name, text.split('\n').filter(Boolean)]));
}

function tallyOf(language: string, lines: readonly string[]): Tally {
  const answers = lines.map((line) => detectLanguage(line).language);
  const right = answers.filter((answer) => answer === language).length / lines.length;
  const unknown = answers.filter((answer) => answer === null).length / lines.length;
  return { right, unknown, wrong: 1 - right - unknown };
}

function cells({ right, unknown, wrong }: Tally): number[] {
  return [right, unknown, Math.abs(wrong)];
}

function firstWords(lines: readonly string[], count: number): string[] {
  return lines.map((line) => line.split(/\s+/).slice(0, count).join(' '));
}

function meansOf(rows: readonly (string | number)[][]): number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: columns - 1 }, (_, column) => {
    const sum = rows.reduce((total, row) => total + Number(row[column + 1]), 0);
    return sum / rows.length;
  });
}

const guesses: readonly (readonly [RegExp, string])[] = [
  [/[\u3041-\u30fa]/, 'ja'],
  [/[\u4e00-\u9fff]/, 'zh'],
  [/[\uac00-\ud7a3]/, 'ko'],
  [/[\u0400-\u04ff]/, 'ru'],
  [/[\u0370-\u03ff]/, 'el'],
  [/[\u0590-\u05ff]/, 'he'],
  [/[\u0600-\u06ff]/, 'ar'],
  [/[\u0900-\u097f]/, 'hi'],
  [/[\u0e00-\u0e7f]/, 'th'],
];

function baseline(sentences: ReadonlyMap<string, readonly string[]>): number {
  const guess = (line: string) => guesses.find(([script]) => script.test(line))?.[1] ?? 'en';
  const hits = [...sentences].map(([language, lines]) => lines.filter((line) => guess(line) === language).length);
  return hits.reduce((sum, count) => sum + count, 0) / [...sentences.values()].flat().length;
}

function articlesOf(sentences: ReadonlyMap<string, readonly string[]>): string[] {
  return [...sentences.values()].map((lines) => lines.join(' ').slice(0, 6_000));
}

/** Of processor time, per text; median of five rounds. */
function microsecondsOf(texts: readonly string[]): number {
  const rounds = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    for (const text of texts) detectLanguage(text);
    return process.cpuUsage(before).user / texts.length;
  });
  return rounds.sort((one, other) => one - other)[2] ?? Number.NaN;
}
