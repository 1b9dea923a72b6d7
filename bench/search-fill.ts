import { createEmbeddedEngine } from '../services/search-indexer/embedded/engine.ts';
import { createArchive } from './search-articles.ts';

const BATCH = 5_000;

/** `node bench/search-fill.ts FOLDER COUNT`: makes the index `bench` of so many articles, and prints how many seconds that took. */
const [folder = '', count = '0'] = process.argv.slice(2);
const archive = createArchive();
const engine = createEmbeddedEngine({
  folder,
  onError(error) {
    throw error;
  },
});
const index = await engine.create('bench');
const begun = performance.now();
for (let from = 0; from < Number(count); from += BATCH) {
  const articles = Array.from({ length: BATCH }, (_, at) => archive.article(from + at));
  await index.apply({ articles, removedIds: [] });
}
process.stdout.write(String((performance.now() - begun) / 1_000));
await engine.stop();
