import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../report.ts';
import { formatTable, type Measure } from './table.ts';

/** Every topic is a script of this folder that exports `measure`. */
const topics = ['extraction', 'language', 'keyphrases', 'tags', 'summaries', 'clusters', 'search'];

const NEW_PAGE = `# Quality

How well Alt understands texts, measured by the scripts of \`bench/quality/\` on public collections that are not part of it:
\`node bench/quality/main.ts TOPIC --data FOLDER --write\` writes the region of its topic. Baselines run in the same script on
the same data.
`;

const USAGE = `node bench/quality/main.ts TOPIC… --data FOLDER [--write]
  TOPIC    ${topics.join(', ')}
  --data   the folder in which the evaluation data lies, unpacked
  --write  put the tables into docs/quality.md
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, write: { type: 'boolean' }, help: { type: 'boolean' } },
});
const objection = objectionTo(positionals, values.data);
if (values.help || objection) {
  process.stdout.write(objection && !values.help ? `${objection}\n\n${USAGE}` : USAGE);
  process.exit(values.help ? 0 : 2);
}
for (const topic of positionals) {
  const { measure }: { measure: Measure } = await import(`./${topic}.ts`);
  const table = await measure(await folderOf(values.data ?? '.'));
  const text = `${formatTable(table)}\n\n${new Date().toISOString().slice(0, 10)}, ${describeMachine()}`;
  process.stdout.write(`${text}\n\n`);
  if (values.write) await writeRegion(topic, text);
}
process.exit(0);

function objectionTo(names: readonly string[], folder: string | undefined): string | null {
  if (names.length === 0) return 'Name what is to be measured.';
  const unknown = names.filter((name) => !topics.includes(name));
  if (unknown.length > 0) return `There is no topic ${unknown.join(', ')}.`;
  return folder ? null : 'Say with --data where the evaluation data lies; none comes with Alt.';
}

async function folderOf(given: string): Promise<string> {
  const folder = path.resolve(given);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return folder;
  process.stderr.write(`There is no folder ${folder}.\n`);
  process.exit(2);
}

/** Puts text into the region of docs/quality.md that bears this name; the page and the region are made if missing. */
async function writeRegion(name: string, text: string): Promise<void> {
  const file = path.join(import.meta.dirname, '..', '..', 'docs', 'quality.md');
  const start = `<!-- measured:${name} -->`;
  const end = `<!-- /measured:${name} -->`;
  const region = `${start}\n${text}\n${end}`;
  const page = await readFile(file, 'utf8').catch(() => NEW_PAGE);
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  const isThere = from >= 0 && to > from;
  await writeFile(file, isThere ? page.slice(0, from) + region + page.slice(to + end.length) : `${page}\n${region}\n`);
}
