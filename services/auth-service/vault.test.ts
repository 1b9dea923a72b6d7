import { expect, test } from 'vitest';
import { createVault } from './vault.ts';

const vault = createVault('a key of the tests, forty characters long');

test('what is sealed opens in its own context, and says nothing', () => {
  const sealed = vault.seal('秘密 secret', 'totp 1');
  expect(vault.open(sealed, 'totp 1')).toBe('秘密 secret');
  expect(sealed.toString('latin1')).not.toContain('secret');
  expect(vault.seal('秘密 secret', 'totp 1')).not.toEqual(sealed);
});

test('it opens in no other context, with no other key, and not when a bit was changed', () => {
  const sealed = vault.seal('secret', 'totp 1');
  expect(() => vault.open(sealed, 'totp 2')).toThrow();
  expect(() => createVault('another key of the tests, as long as that').open(sealed, 'totp 1')).toThrow(
    'another ALT_SECRET_KEY',
  );
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => vault.open(changed, 'totp 1')).toThrow();
  }
  expect(() => vault.open(sealed.subarray(0, 20), 'totp 1')).toThrow();
});

test('what an earlier release sealed opens', () => {
  const earlier = createVault('a secret of the tests that is long enough');
  const sealed = 'AW/1wcccMaH/b4AqeSaeRwn6x7JPpDBOKJF9walTV71nENp/WKGH/GWAPf0W';
  expect(earlier.open(Buffer.from(sealed, 'base64'), 'totp 1')).toBe('JBSWY3DPEHPK3PXP');
});
