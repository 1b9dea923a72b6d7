import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessKeyOf, createSealer, createTokenReader, writeToken } from './index.ts';

const ROOT = 'a-key-of-the-tests-that-is-long-enough';
const context = { provider: 'inoreader', account: 'default', generation: 3 };
const token = {
  accessToken: 'access-of-the-tests',
  expiresAt: new Date('2026-11-22T11:00:00Z'),
  scope: 'read write',
  generation: 3,
  obtainedAt: new Date('2026-11-22T10:00:00Z'),
};

describe('what is sealed', () => {
  const sealer = createSealer({ tokensKey: ROOT }, 'access');
  const sealed = sealer.seal('秘密', context);

  test('opens with its key, for its account and generation, and in no other place', () => {
    expect(sealer.open(sealed, context)).toBe('秘密');
    for (const other of [{ provider: 'x' }, { account: 'x' }, { generation: 4 }]) {
      expect(() => sealer.open(sealed, { ...context, ...other })).toThrow('belongs to another account');
    }
    const vault = createSealer({ tokensKey: ROOT }, 'vault');
    expect(() => vault.open(sealed, context)).toThrow('under another key');
  });

  test('opens with no bit changed and no byte missing', () => {
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => sealer.open(changed, context)).toThrow(/torn|another/);
      expect(() => sealer.open(sealed.subarray(0, index), context)).toThrow(/torn|another/);
    }
  });

  test('as an access token opens with the key of readers, which opens nothing that renews', () => {
    const accessKey = accessKeyOf(ROOT);
    expect(createSealer({ accessKey }, 'access').open(sealed, context)).toBe('秘密');
    expect(() => createSealer({ accessKey }, 'vault')).toThrow('There is no key');
  });

  test.each([
    ['access', 'AZa/+u1aslZHmL3L6UQMBNHxqJhx28z32dZw7YOgV1EjPflAneaDTcSee+P/lq4y7jmx7g=='],
    ['vault', 'AV2gvkDc/Cc3CS4RjxLKkXkDQy4qR2JiCU246bdcf3ChN7eTeQOV33FnI/0X6b66FEoPmg=='],
  ] as const)('by an earlier release opens (%s)', (purpose, earlier) => {
    const tokensKey = 'a secret of the tests that is long enough';
    expect(createSealer({ tokensKey }, purpose).open(Buffer.from(earlier, 'base64'), context)).toBe(
      '{"accessToken":"x"}',
    );
  });

  test('under a key that is no longer the first is read and known to be old', () => {
    const both = createSealer({ tokensKey: `the-next-key-of-the-tests-long-enough, ${ROOT}` }, 'access');
    expect(both.open(sealed, context)).toBe('秘密');
    expect(both.isCurrent(sealed)).toBe(false);
    expect(both.isCurrent(both.seal('秘密', context))).toBe(true);
  });
});

describe('a mounted Secret', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'alt-external-tokens-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const reader = () => createTokenReader({ store: 'kubernetes', folder, keys: {}, database: null });
  const write = (text: string) => writeFile(path.join(folder, 'inoreader.access.json'), text);

  test('is read anew at each call', async () => {
    const reading = reader();
    expect(await reading.read('inoreader', 'default')).toBeNull();
    await write(`{"default":${writeToken(token)}}`);
    expect(await reading.read('inoreader', 'default')).toEqual(token);
    await write(`{"default":${writeToken({ ...token, generation: 4 })}}`);
    expect(await reading.read('inoreader', 'default')).toMatchObject({ generation: 4 });
    expect(await reading.read('inoreader', 'other')).toBeNull();
  });

  test.each(['', '{', '[]', '{"default":{}}', '{"default":"access-of-the-tests"}'])(
    'that holds %j is an error, and not repeated',
    async (text) => {
      await write(text);
      const error = await reader()
        .read('inoreader', 'default')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).not.toContain('access-of-the-tests');
    },
  );

  test('is reached by names only, not by paths', async () => {
    for (const name of ['..', 'a/b', 'A', '']) {
      await expect(reader().read(name, 'default')).rejects.toThrow('no name');
      await expect(reader().read('inoreader', name)).rejects.toThrow('no name');
    }
  });
});
