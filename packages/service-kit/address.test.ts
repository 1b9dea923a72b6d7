import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress, parseTrustedProxies } from './address.ts';

const none = parseTrustedProxies('');
const proxies = parseTrustedProxies('10.0.0.0/8, 2001:db8::/32, 192.0.2.7');

describe('the client’s address', () => {
  it('is the socket’s, whatever a stranger writes into X-Forwarded-For', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (socket, hops) => {
        expect(clientAddress(socket, hops.join(', '), none, false)).toBe(socket);
      }),
    );
  });

  it.each([
    ['10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['10.1.2.3', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['10.1.2.3', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
    ['192.0.2.7', '203.0.113.9, 10.9.9.9, 2001:db8::1', '203.0.113.9'],
    ['::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['203.0.113.1', '10.0.0.1', '203.0.113.1'],
    ['10.1.2.3', 'nonsense', '10.1.2.3'],
    ['10.1.2.3', null, '10.1.2.3'],
  ])('from %s with %s is %s', (socket, forwarded, expected) => {
    expect(clientAddress(socket, forwarded, proxies, false)).toBe(expected);
  });

  it("is the reader's on a cluster, where the mesh's proxy connects from an address of the pod", () => {
    // What Kubernetes makes of the charts' `127.0.0.1,::1,$(POD_IPS),$(ALT_TRUSTED_PROXIES)` where nothing else is trusted.
    const ofPod = parseTrustedProxies('127.0.0.1,::1,10.42.0.18,fd00:10:42::12,');
    expect(clientAddress('::ffff:10.42.0.18', '203.0.113.9', ofPod, false)).toBe('203.0.113.9');
    expect(clientAddress('fd00:10:42::12', '6.6.6.6, 203.0.113.9', ofPod, false)).toBe('203.0.113.9');
    expect(clientAddress('10.42.0.19', '203.0.113.9', ofPod, false)).toBe('10.42.0.19');
  });

  it('believes one hop of a service of ours', () => {
    expect(clientAddress('127.0.0.1', '203.0.113.9', none, true)).toBe('203.0.113.9');
    expect(clientAddress('127.0.0.1', '6.6.6.6, 203.0.113.9', none, true)).toBe('203.0.113.9');
  });

  it.each(['10.0.0.0/33', 'example.org', '10.0.0.0/-1', '2001:db8::/129'])(
    'refuses the trusted network %s with a sentence',
    (value) => {
      expect(() => parseTrustedProxies(value)).toThrow(/ALT_TRUSTED_PROXIES: /);
    },
  );
});
