import { BlockList, isIPv6 } from 'node:net';
import { classifyAddress } from '@alt/egress';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { notPublicIpv6, publicIpv6, refusedIpv4, refusedIpv6 } from './ranges.ts';

// Two lists: a list of both versions takes an IPv4 address for the IPv6 one that it is mapped to.
const refused = { ipv4: listOf(refusedIpv4), ipv6: listOf([...refusedIpv6, ...notPublicIpv6]) };
const isRefused = (address: string) => {
  const version = isIPv6(address) ? 'ipv6' : 'ipv4';
  return refused[version].check(address, version);
};

test('the ranges are those of the egress guard, for IPv4', () => {
  const addresses = [...refusedIpv4].flatMap((range) => edgesOf(range));
  for (const address of addresses) {
    expect([address, isRefused(address)]).toEqual([address, classifyAddress(address) !== 'public']);
  }
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
      const address = octets.join('.');
      expect([address, isRefused(address)]).toEqual([address, classifyAddress(address) !== 'public']);
    }),
    { numRuns: 3_000 },
  );
});

test('and of IPv6 they refuse at least what it refuses', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const first = fc.oneof(group, fc.constantFrom('2001', '2002', '3fff', 'fd00', 'fe80', '64', '0', '2606'));
  fc.assert(
    fc.property(first, fc.array(group, { minLength: 7, maxLength: 7 }), (start, rest) => {
      const address = [start, ...rest].join(':');
      if (classifyAddress(address) !== 'public') expect([address, isRefused(address)]).toEqual([address, true]);
    }),
    { numRuns: 3_000 },
  );
  for (const address of ['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001::1']) {
    expect([address, classifyAddress(address), isRefused(address)]).toEqual([address, 'public', false]);
  }
  expect(publicIpv6).toBe('2000::/3');
});

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = '', bits = ''] = range.split('/');
    list.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** The first and last address of a range, and those beside it. */
function edgesOf(range: string): string[] {
  const [base = '', bits = ''] = range.split('/');
  const start = base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(bits));
  return [start - 1, start, start + size - 1, start + size]
    .filter((value) => value >= 0 && value < 2 ** 32)
    .map((value) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.'));
}
