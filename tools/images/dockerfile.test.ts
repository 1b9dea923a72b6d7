import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkDockerfile, dockerfileErrors } from './dockerfile.ts';

let text: string;
beforeAll(async () => {
  text = await readFile(path.resolve(import.meta.dirname, '../../Dockerfile'), 'utf8');
});

test('the Dockerfile follows the topology', async () => {
  expect(await checkDockerfile()).toEqual([]);
});

test.each([
  ['AS tag-generator', 'AS tagger', 'The Dockerfile has no target tag-generator.'],
  ['AS tag-generator', 'AS gateway', 'The target gateway of the Dockerfile is of no service'],
  ['EXPOSE 9400', 'EXPOSE 9401', 'lacks: EXPOSE 9400'],
  ['|| 9400', '|| 9401', "lacks: (process.env.PORT || 9400) + '/v1/live'"],
  ['CMD ["serve", "tag-generator"]', 'CMD ["serve", "alt-backend"]', 'lacks: CMD ["serve", "tag-generator"]'],
  ['/images/tag-generator/', '/images/alt-backend/', 'lacks: COPY --from=files /images/tag-generator/ ./'],
  ['search-indexer tag-generator', 'search-indexer', 'The stage files of the Dockerfile lays out'],
  ['@sha256:', '@', 'NODE_IMAGE has no digest'],
  ['USER 65532:65532', 'USER node', 'do not run as 65532:65532'],
  ['ALT_DATA_DIR=/tmp/alt', 'ALT_DATA_DIR=/data', 'lack ALT_DATA_DIR=/tmp/alt'],
])('where %s is %s, that is said', (from, to, sentence) => {
  expect(text).toContain(from);
  expect(dockerfileErrors(text.replace(from, to), '26.10.0').join('\n')).toContain(sentence);
});

test('another Node than that of one machine is said', () => {
  expect(dockerfileErrors(text, '27.0.0')).toEqual(['NODE_IMAGE is not Node 27.0.0, which package.json names.']);
});
