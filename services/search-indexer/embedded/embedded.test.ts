import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EngineRequest, type IndexedArticle, LostIndexError, type SearchIndex } from '../engine.ts';
import { createEmbeddedEngine } from './engine.ts';

/** The full counts in the long run. */
const isLong = process.env.ALT_TEST_LONG === '1';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alt-embedded-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const openEngine = () => createEmbeddedEngine({ folder, onError: (error) => expect.fail(String(error)) });

function article(articleId: number, text: string, title = ''): IndexedArticle {
  return { articleId, feedId: 1, language: 'en', sortAt: articleId, title, author: null, url: null, text };
}

function request(text: EngineRequest['text'], given: Partial<EngineRequest> = {}): EngineRequest {
  const rest = {
    mode: 'filter',
    order: 'relevance',
    limit: 20_000,
    offset: 0,
    facets: [],
    countLimit: 20_000,
  } as const;
  return { text, scope: { feedIds: [1] }, ...rest, ...given };
}

async function idsOf(index: SearchIndex, text: EngineRequest['text']): Promise<number[]> {
  const { hits } = await index.search(request(text));
  return hits.map(({ articleId }) => articleId).sort((a, b) => a - b);
}

const word = (text: string) => ({ kind: 'word', field: 'text', text }) as const;

describe('an index', () => {
  test('equals what was put in, whatever changed, went and was merged, also when it is opened again', async () => {
    const words = fc.constantFrom('oak', 'elm', 'ash', 'fir', 'yew');
    const changes = fc.array(
      fc.record({
        articles: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.array(words, { maxLength: 6 })), {
          maxLength: 20,
        }),
        removedIds: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
      }),
      { minLength: 8, maxLength: 24 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        run += 1;
        const model = new Map<number, string>();
        const engine = openEngine();
        const index = await engine.create(`run-${run}`);
        for (const { articles, removedIds } of all) {
          const given = articles.map(([id, text]) => article(id, text.join(' ')));
          const gone = removedIds.filter((id) => !given.some(({ articleId }) => articleId === id));
          await index.apply({ articles: given, removedIds: gone });
          for (const { articleId, text } of given) model.set(articleId, text);
          for (const id of gone) model.delete(id);
        }
        const holding = (name: string | null) =>
          [...model].filter(([, text]) => name === null || text.split(' ').includes(name)).map(([id]) => id);
        const compare = async (one: SearchIndex) => {
          for (const name of [null, 'oak', 'fir']) {
            expect(await idsOf(one, name === null ? null : word(name))).toEqual(holding(name).sort((a, b) => a - b));
          }
        };
        await compare(index);
        await engine.stop();
        const again = openEngine();
        const reopened = await again.open(`run-${run}`);
        if (!reopened) expect.fail('it is gone');
        await compare(reopened);
        expect(await reopened.count()).toBe(model.size);
        await again.stop();
      }),
      { numRuns: isLong ? 8 : 4, seed: 20261121 },
    );
  });

  test('becomes few segments, and finds the same', async () => {
    const engine = openEngine();
    const index = await engine.create('merging');
    for (let batch = 0; batch < 70; batch += 1) {
      const articles = Array.from({ length: 5 }, (_, at) =>
        article(batch * 5 + at, `common ${batch % 7 === 0 ? 'rare' : ''}`),
      );
      await index.apply({ articles, removedIds: batch % 10 === 9 ? [batch] : [] });
    }
    await expect.poll(async () => (await readdir(join(folder, 'merging'))).length).toBeLessThan(30);
    expect(await idsOf(index, word('common'))).toHaveLength(343);
    expect(await idsOf(index, word('rare'))).toHaveLength(49);
    await engine.stop();
  });

  test('ranks among many as it does where nothing is left out', async () => {
    const engine = openEngine();
    const index = await engine.create('ranking');
    const names = ['alder', 'beech', 'cedar', 'elder'];
    const random = fc.sample(fc.array(fc.nat(9), { minLength: 3, maxLength: 40 }), {
      numRuns: isLong ? 30_000 : 10_000,
      seed: 7,
    });
    for (let from = 0; from < random.length; from += 10_000) {
      const part = random.slice(from, from + 10_000);
      const textOf = (numbers: number[]) => numbers.map((n) => names[n] ?? `other${n}`).join(' ');
      await index.apply({
        articles: part.map((numbers, at) => article(from + at + 1, textOf(numbers))),
        removedIds: [],
      });
    }
    const and: EngineRequest['text'] = { kind: 'and', parts: [word('alder'), word('cedar'), word('elder')] };
    const phrase = { kind: 'phrase', field: 'text', text: 'alder beech' } as const;
    const asked: [EngineRequest['text'], EngineRequest['mode']][] = [
      [word('alder'), 'filter'],
      [and, 'filter'],
      [and, 'rank'],
      [{ kind: 'and', parts: [word('alder'), word('birch'), word('beech')] }, 'rank'],
      [phrase, 'filter'],
      [{ kind: 'and', parts: [phrase, word('cedar')] }, 'filter'],
      [{ kind: 'or', parts: [phrase, word('cedar')] }, 'filter'],
    ];
    for (const [text, mode] of asked) {
      // With a count limit of 100 nearly everything is left out that scores too little.
      const { hits: quick, totalIsExact } = await index.search(request(text, { mode, limit: 20, countLimit: 100 }));
      const { hits: all } = await index.search(request(text, { mode, limit: 30_000, countLimit: 30_000 }));
      expect(totalIsExact).toBe(false);
      expect(quick).toEqual(all.slice(0, 20));
    }
    await engine.stop();
  });

  test('does nothing for an article that it knows as it is', async () => {
    const engine = openEngine();
    const index = await engine.create('same');
    await index.apply({ articles: [article(1, 'oak')], removedIds: [] });
    const before = await readFile(join(folder, 'same', 'manifest.json'), 'utf8');
    await index.apply({ articles: [article(1, 'oak')], removedIds: [2] });
    expect(await readFile(join(folder, 'same', 'manifest.json'), 'utf8')).toBe(before);
    await engine.stop();
  });

  test('bears any text', async () => {
    const engine = openEngine();
    const index = await engine.create('any');
    const texts = fc.sample(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 200 })),
      200,
    );
    await index.apply({ articles: texts.map((text, at) => article(at + 1, text, text)), removedIds: [] });
    for (const text of texts.slice(0, 100)) {
      if (text.length === 0) continue;
      for (const kind of ['word', 'phrase'] as const)
        await index.search(request({ kind, field: 'text', text }, { mode: 'rank' }));
    }
    expect(await idsOf(index, null)).toHaveLength(200);
    await engine.stop();
  });
});

describe('a folder', () => {
  test('holds whatever was acknowledged when the process was killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-writer.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let acknowledged = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        if (acknowledged >= 40 + round * 90) child.kill('SIGKILL');
      }
      const engine = openEngine();
      const index = await engine.open('crashed');
      if (!index) expect.fail('the index is damaged');
      const found = await idsOf(index, word('written'));
      expect(found.length).toBeGreaterThanOrEqual(acknowledged);
      expect(found).toEqual(found.map((_, at) => at + 1));
      await engine.stop();
    }
  });

  test('is no index where a file is missing, cut off or not what was written', async () => {
    const engine = openEngine();
    const index = await engine.create('damaged');
    await index.apply({ articles: [article(1, 'oak')], removedIds: [] });
    await index.close();
    const [segment = ''] = (await readdir(join(folder, 'damaged'))).filter((name) => name.endsWith('.segment'));
    const path = join(folder, 'damaged', segment);
    const whole = await readFile(path);
    await truncate(path, whole.length - 5);
    expect(await engine.open('damaged')).toBeNull();
    await writeFile(path, whole);
    const opened = await engine.open('damaged');
    expect(opened).not.toBeNull();
    await opened?.close();
    await rm(path);
    expect(await engine.open('damaged')).toBeNull();
    expect(await engine.open('nothing')).toBeNull();
    await engine.stop();
  });

  test('is lost where a column is not what was written, and no thread of it stays', async () => {
    const engine = openEngine();
    const index = await engine.create('damaged');
    await index.apply({ articles: [article(1, 'oak'), article(2, 'elm')], removedIds: [] });
    await index.close();
    const [segment = ''] = (await readdir(join(folder, 'damaged'))).filter((name) => name.endsWith('.segment'));
    const path = join(folder, 'damaged', segment);
    const bytes = await readFile(path);
    const footerLength = bytes.readUInt32LE(bytes.length - 12) + 12;
    // Of the last column, before the footer.
    bytes[bytes.length - footerLength - 1] = (bytes[bytes.length - footerLength - 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const opened = await engine.open('damaged');
    if (!opened) expect.fail('the footer is whole');
    const threads = threadCount();
    for (let again = 0; again < 3; again += 1) {
      await expect(opened.search(request(word('oak')))).rejects.toThrow(LostIndexError);
      await expect(opened.apply({ articles: [article(3, 'ash')], removedIds: [] })).rejects.toThrow(LostIndexError);
    }
    await expect.poll(threadCount).toBeLessThanOrEqual(threads);
    await engine.stop();
  });

  test('is no index where what says which articles are deleted is missing or cut off', async () => {
    const engine = openEngine();
    const index = await engine.create('damaged');
    const articles = Array.from({ length: 40 }, (_, at) => article(at + 1, 'oak'));
    await index.apply({ articles, removedIds: [] });
    await index.apply({ articles: [], removedIds: [1] });
    await index.close();
    const [name = ''] = (await readdir(join(folder, 'damaged'))).filter((file) => file.endsWith('.deleted'));
    await truncate(join(folder, 'damaged', name), 4);
    expect(await engine.open('damaged')).toBeNull();
    await rm(join(folder, 'damaged', name));
    expect(await engine.open('damaged')).toBeNull();
    await engine.stop();
  });
});

/** Worker threads of this process that run now. */
function threadCount(): number {
  const { workers } = process.report.getReport() as { workers?: unknown[] };
  return workers?.length ?? 0;
}
