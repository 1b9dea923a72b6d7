// For a test: writes one batch after the other into an index and says what was acknowledged, until it is killed.
import { createEmbeddedEngine } from './engine.ts';

const [folder = ''] = process.argv.slice(2);
const engine = createEmbeddedEngine({
  folder,
  onError(error) {
    throw error;
  },
});
const index = (await engine.open('crashed')) ?? (await engine.create('crashed'));
const BATCH = 10;
for (let first = (await index.count()) + 1; ; first += BATCH) {
  const articles = Array.from({ length: BATCH }, (_, at) => ({
    articleId: first + at,
    feedId: 1,
    language: 'en',
    sortAt: first + at,
    title: '',
    author: null,
    url: null,
    text: `written ${first + at}`,
  }));
  await index.apply({ articles, removedIds: [] });
  process.stdout.write(`${first + BATCH - 1}\n`);
}
