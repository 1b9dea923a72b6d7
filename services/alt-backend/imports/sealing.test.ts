import { expect, test } from 'vitest';
import { createSealing } from './sealing.ts';

const sealing = createSealing('a secret of the tests that is long enough');

test('a password opens for its import alone, with its key, unchanged', () => {
  const sealed = sealing.seal('correct horse', 'import 7');
  expect(sealing.open(sealed, 'import 7')).toBe('correct horse');
  expect(sealing.open(sealed, 'import 8')).toBeNull();
  expect(createSealing('another secret of the tests').open(sealed, 'import 7')).toBeNull();
  for (let length = 0; length < sealed.length; length += 1) {
    expect(sealing.open(sealed.subarray(0, length), 'import 7')).toBeNull();
  }
});

test('what an earlier release sealed opens', () => {
  const sealed = '+umzs2mJtjPaNzj52hslTLQNXS8AYfY0s9zey1TVHMrt7aRyrkveCiyD1n0+o9i/Gftbj/jaHCY=';
  expect(sealing.open(Buffer.from(sealed, 'base64'), 'import 7')).toBe('{"password":"correct horse"}');
});
