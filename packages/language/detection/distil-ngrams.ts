/**
 * Writes ngrams.json, the n-gram statistics of `detect.ts`, from those of the npm package eld (Apache-2.0):
 *
 *   npm pack eld@2.1.0 && tar xzf eld-2.1.0.tgz
 *   node packages/language/detection/distil-ngrams.ts package
 *
 * The package itself would cost each worker thread 250 ms and 60 to 90 MB; the table that is left here costs a tenth of both.
 * Languages that their script tells are left out.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { hashNgram, type NgramTable } from './ngrams.ts';

interface EldData {
  languages: Record<string, string>;
  ngrams: Record<string, Record<string, number>>;
}

const keptLanguages = (
  'az ca cs da de en es et eu fi fr hr hu is it lt lv ms nl no pl pt ro sk sl sq sv tl tr vi yo ' +
  'be bg ru sr uk ar fa ku ur'
).split(' ');

/** Its Malay fits Indonesian as well, ten times as common; statistics.ts parts them by their function words. */
const renamed: Readonly<Record<string, string>> = { ms: 'id' };

const [folder, size = 'small'] = process.argv.slice(2);
if (!folder) throw new Error('Say where the package eld was unpacked.');
const source = (name: string) => import(pathToFileURL(path.resolve(folder, 'src', name)).href);
const { ngramsData }: { ngramsData: EldData } = await source(`ngrams/${size}.js`);
const { dictionary }: { dictionary: string[] } = await source('dictionary.js');
const table = distil(ngramsData, dictionary);
await writeFile(path.join(import.meta.dirname, 'ngrams.json'), `${JSON.stringify(table)}\n`);

/** Entries in the order of their hashes: the hash's distance from the last, the languages' count, then language and score. */
function distil({ languages, ngrams }: EldData, dictionary: string[]): NgramTable {
  const byteOf = new Map(dictionary.map((sign, byte) => [sign, byte] as const));
  byteOf.set(' ', 0x20);
  const entries = new Map<number, Map<number, number>>();
  for (const [ngram, scores] of Object.entries(ngrams)) {
    const bytes = Array.from(ngram, (sign) => byteOf.get(sign) ?? 0);
    const hash = hashNgram(bytes, 0, bytes.length);
    for (const [id, score] of Object.entries(scores)) {
      const language = keptLanguages.indexOf(languages[id] ?? '');
      if (language < 0) continue;
      const entry = entries.get(hash) ?? new Map<number, number>();
      entries.set(hash, entry.set(language, Math.max(score, entry.get(language) ?? 0)));
    }
  }
  const bytes: number[] = [];
  let previous = 0;
  for (const [hash, scores] of [...entries].sort(([one], [other]) => one - other)) {
    pushNumber(bytes, hash - previous);
    pushNumber(bytes, scores.size);
    for (const [language, score] of scores) bytes.push(language, score);
    previous = hash;
  }
  const source =
    'Frequencies of n-grams of eld 2.1.0, Apache-2.0, copyright 2023 Nito T.M., reduced by distil-ngrams.ts';
  return {
    source,
    languages: keptLanguages.map((language) => renamed[language] ?? language),
    count: entries.size,
    entries: Buffer.from(bytes).toString('base64'),
  };
}

/** Seven bits a byte, the lowest first, the eighth says that more follow. */
function pushNumber(bytes: number[], number: number): void {
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      bytes.push(rest);
      return;
    }
    bytes.push((rest % 128) | 128);
  }
}
