import type { ServiceName } from '@alt/topology';
import { describe, expect, it } from 'vitest';
import { createKeys, generateServiceKey, publicHalf } from './tokens.ts';

async function keysOf(...names: ServiceName[]) {
  const own = await Promise.all(names.map(generateServiceKey));
  const all = own.map(publicHalf);
  return own.map((key, index) => createKeys(names[index] ?? 'gateway', { own: key, all }));
}

describe('service tokens', () => {
  it('say who calls, to the one who is called', async () => {
    const [gateway, backend] = await keysOf('gateway', 'alt-backend');
    const token = (await gateway?.serviceToken('alt-backend')) ?? '';
    expect(await backend?.callerOf(token, 'alt-backend')).toBe('gateway');
    expect(await backend?.callerOf(token, 'auth-service')).toBeNull();
  });

  it('are worth nothing from a key that is not in the set, changed, or in another’s name', async () => {
    const [gateway, backend] = await keysOf('gateway', 'alt-backend');
    const [stranger] = await keysOf('gateway');
    expect(await backend?.callerOf((await stranger?.serviceToken('alt-backend')) ?? '', 'alt-backend')).toBeNull();
    const token = (await gateway?.serviceToken('alt-backend')) ?? '';
    const middle = token.lastIndexOf('.') + 20;
    const changed = `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
    expect(await backend?.callerOf(changed, 'alt-backend')).toBeNull();
    expect(await backend?.callerOf('not a token', 'alt-backend')).toBeNull();
    const material = await generateServiceKey('pre-processor');
    const impostor = createKeys('gateway', { own: material, all: [publicHalf(material)] });
    const listener = createKeys('alt-backend', { own: material, all: [publicHalf(material)] });
    expect(await listener.callerOf(await impostor.serviceToken('alt-backend'), 'alt-backend')).toBeNull();
  });
});
