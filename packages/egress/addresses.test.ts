import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { classifyAddress, createEgress, type EgressError, type EgressErrorCode } from './index.ts';

const noNames = async () => [];
const egress = createEgress({ userAgent: 'Alt/test', lookup: noNames });

async function verdict(url: string, check = egress.check): Promise<EgressErrorCode | 'ok'> {
  return check(url).then(
    () => 'ok' as const,
    (error: EgressError) => error.code,
  );
}

// biome-ignore format: a table is read in rows
const REFUSED_HOSTS = [
  // loopback
  '127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '127.1.', '2130706433', '2130706433.', '017700000001',
  '0x7f000001', '0X7F000001', '0x7f.0x0.0x0.0x1', '0x7f.1', '0177.0.0.1', '0177.0.0.01', '0177.1', '00000177.0.0.1',
  '127.0x1', '127.0.0.0x1', '0x7F.0.0.01', '127.000.000.001', '0x7f.0.1', '127.65537', '0x7f.0x000001', '127.00000000001',
  '１２７.０.０.１', '127。0。0。1', '127．0．0．1', '127｡0｡0｡1', '①②⑦.⓪.⓪.①', '０x7f.１', '%31%32%37.0.0.1', '127%2e0%2e0%2e1',
  '1\u00ad27.0.0.1', '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
  // this network, private, CGNAT, link-local
  '0', '0.0.0.0', '0x0', '00', '0.1', '0.255.255.255', '0.0.0.0.', '10.0.0.1', '10.1', '012.0.0.1', '0xa.0.0.1', '167772161',
  '10.255.255.255', '172.16.0.1', '172.31.255.255', '0xac100001', '2886729729', '192.168.0.1', '192.168.1', '0300.0250.0.1',
  '3232235521', '0xc0a80001', '192.168.255.255', '100.64.0.1', '100.127.255.255', '0144.0100.0.1', '169.254.0.1', '169.254.255.255',
  // metadata of the clouds
  '169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '169.16689662', '0xa9.0xfe.0xa9.0xfe',
  '169.254.169.254.', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16',
  // protocol assignments, documentation, benchmarks, multicast, reserved
  '192.0.0.1', '192.0.0.170', '192.0.2.1', '198.51.100.7', '203.0.113.9', '192.88.99.1', '198.18.0.1', '198.19.255.255',
  '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '4294967295', '0xffffffff', '037777777777',
  // IPv6
  '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::0001]', '[0::1]', '[::0.0.0.1]',
  '[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]', '[fd00::1]', '[fd00:ec2::254]', '[fd20:ce::254]', '[FD00:EC2:0:0::254]',
  '[ff02::1]', '[ff0e::1]', '[100::1]', '[2001:db8::1]', '[3fff::1]', '[2001:2::1]', '[2001:10::1]', '[2001:20::1]',
  '[5f00::1]', '[4000::1]', '[1::1]',
  // IPv4 inside IPv6
  '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]', '[::FFFF:10.0.0.1]', '[::ffff:169.254.169.254]',
  '[::ffff:192.168.0.1]', '[::ffff:0.0.0.0]', '[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]', '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]', '[64:ff9b::a00:1]', '[64:ff9b::169.254.169.254]', '[64:ff9b:1::8.8.8.8]',
  '[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:c0a8:1::]', '[2001:0:7f00:1::]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  '[2606:4700::5efe:10.0.0.1]', '[2606:4700::200:5efe:7f00:1]',
];

// biome-ignore format: a table is read in rows
const INVALID_HOSTS = [
  '[fe80::1%25eth0]', '[fe80::1%eth0]', '[::1%25lo]', '[::ffff:127.0.0.1%25lo]', '256.0.0.1', '127.0.0.1.1', '1.2.3.256',
  '0x7g.1', '127.0.0.08', '4294967296', '[::1', '::1', '[127.0.0.1]', '[::ffff:127.0.0.256]', '..', '.', 'a..b', 'localhost..',
  'exa mple.com', 'a'.repeat(64), `${'a.'.repeat(130)}com`, '', '%00', 'a%00b', '0x7f.0.0.0x1ff',
];

const PUBLIC_HOSTS = [
  '1.1.1.1',
  '8.8.8.8',
  '134744072',
  '0x08080808',
  '010.010.010.010',
  '93.184.215.14',
  '11.0.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.1.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.1.1',
  '223.255.255.255',
  '198.17.1.1',
  '[2606:4700:4700::1111]',
  '[2001:4860:4860::8888]',
  '[2a00:1450:4001::1]',
  '[64:ff9b::8.8.8.8]',
  '[::ffff:8.8.8.8]',
];

describe('addresses in every spelling', () => {
  test.each(REFUSED_HOSTS)('%s is refused as an address', async (host) => {
    expect(await verdict(`http://${host}/`)).toBe('egress-refused-address');
  });

  test.each(INVALID_HOSTS)('%s is no address at all', async (host) => {
    expect(await verdict(`http://${host}/`)).toBe('egress-invalid-url');
  });

  test.each(PUBLIC_HOSTS)('%s is public', async (host) => {
    expect(await verdict(`https://${host}/feed`)).toBe('ok');
  });

  test('userinfo, backslashes and blanks do not hide the host', async () => {
    for (const url of [
      'http://example.com@127.0.0.1/',
      'http://example.com:80@127.0.0.1:80/',
      'http:\\\\127.0.0.1\\feed',
      ' \thttp://127.\n0.0.1/ ',
      'http:127.0.0.1',
      'http:///127.0.0.1/',
      'HTTP://127.0.0.1#@example.com/',
      'http://127.0.0.1?@example.com/',
    ]) {
      expect(await verdict(url), url).toBe('egress-refused-address');
    }
  });

  test('only http and https on four ports', async () => {
    for (const url of [
      'ftp://example.com/',
      'file:///etc/passwd',
      'gopher://1.1.1.1/',
      'data:text/xml,x',
      'blob:http://x/',
    ]) {
      expect(await verdict(url), url).toBe('egress-refused-scheme');
    }
    for (const port of [1, 22, 25, 81, 6379, 8000, 8081, 65_535]) {
      expect(await verdict(`http://1.1.1.1:${port}/`), String(port)).toBe('egress-refused-port');
      expect(await verdict(`http://example.com:${port}/`), String(port)).toBe('egress-refused-port');
    }
    for (const port of [80, 443, 8080, 8443]) expect(await verdict(`http://1.1.1.1:${port}/`)).toBe('ok');
  });

  test('a name is refused if any of its addresses is', async () => {
    const addresses = ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'];
    for (const bad of ['10.0.0.1', '::1', 'fe80::1%eth0', '::ffff:127.0.0.1', 'nonsense', '']) {
      for (const list of [
        [bad, ...addresses],
        [...addresses, bad],
      ]) {
        const { check } = resolvingTo(list);
        expect(await verdict('http://mixed.example/', check), list.join()).toBe('egress-refused-address');
      }
    }
    expect(await verdict('http://fine.example/', resolvingTo(addresses).check)).toBe('ok');
  });

  test('a reader is told in plain words', async () => {
    await expect(resolvingTo(['10.0.0.1']).check('http://example.com/')).rejects.toThrow(
      'example.com points to an address inside a private network. Alt only fetches public addresses; the operator can open it with ALT_EGRESS_ALLOW.',
    );
  });
});

describe('properties', () => {
  const ipv4 = fc.integer({ min: 0, max: 0xffffffff });
  const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => new ipaddr.IPv6([...bytes]));

  test('what ipaddr.js does not call unicast is never public', () => {
    const judge = (address: ipaddr.IPv4 | ipaddr.IPv6): void => {
      const isUnicast = address.range() === 'unicast';
      if (!isUnicast && address.range() !== 'ipv4Mapped' && address.range() !== 'rfc6052') {
        expect(classifyAddress(address.toNormalizedString()), address.toString()).not.toBe('public');
      }
    };
    fc.assert(
      fc.property(ipv4, (bits) => judge(new ipaddr.IPv4(octets(bits)))),
      { numRuns: 5_000 },
    );
    fc.assert(fc.property(ipv6, judge), { numRuns: 2_000 });
  });

  test('no spelling of a refused IPv4 address is ever let through', async () => {
    const refused = ipv4.map((bits) => ipv4Text(bits)).filter((address) => classifyAddress(address) !== 'public');
    const inside = fc
      .tuple(
        fc.constantFrom(0x0a000000, 0x7f000000, 0xc0a80000, 0xac100000, 0xa9fe0000),
        fc.integer({ min: 0, max: 0xffff }),
      )
      .map(([base, rest]) => ipv4Text(base + rest));
    await fc.assert(
      fc.asyncProperty(fc.oneof(refused, inside), fc.infiniteStream(fc.nat(1_000)), async (address, choices) => {
        const spelled = spell(address, () => choices.next().value ?? 0);
        expect(await verdict(`http://${spelled}/`), spelled).toBe('egress-refused-address');
      }),
      { numRuns: 1_500 },
    );
  });

  test('no string makes the guard throw anything but its own error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.ipV6(), fc.domain()), async (text) => {
        for (const url of [text, `http://${text}/`, `http://[${text}]/`])
          expect(await verdict(url)).toBeTypeOf('string');
      }),
      { numRuns: 1_000 },
    );
  });
});

function resolvingTo(addresses: string[]) {
  const lookup = async () => addresses.map((address) => ({ address, family: 4 as const }));
  return createEgress({ userAgent: 'Alt/test', lookup });
}

function octets(bits: number): number[] {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
}

function ipv4Text(bits: number): string {
  return octets(bits).join('.');
}

/** One of the many ways in which a URL may write an IPv4 address. */
function spell(address: string, choose: () => number): string {
  const parts = address.split('.').map(Number);
  const bits = parts.reduce((sum, part) => sum * 256 + part, 0);
  const kept = choose() % 4;
  const rest = bits % 256 ** (4 - kept);
  const numbers = [...parts.slice(0, kept), rest].map((value) => number(value, choose));
  const dotted = numbers.join(pick(['.', '.', '。', '．', '｡'], choose)) + pick(['', '', '.'], choose);
  const high = (bits >>> 16).toString(16);
  const low = (bits & 0xffff).toString(16);
  const inside = [
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[64:ff9b::${high}:${low}]`,
  ];
  return pick([dotted, dotted, dotted, ...inside], choose);
}

function number(value: number, choose: () => number): string {
  const zeros = '0'.repeat(choose() % 4);
  const text = pick(
    [
      String(value),
      `0${zeros}${value.toString(8)}`,
      `0x${zeros}${value.toString(16)}`,
      `0X${value.toString(16).toUpperCase()}`,
    ],
    choose,
  );
  return choose() % 3 > 0 ? text : text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
}

function pick(choices: string[], choose: () => number): string {
  return choices[choose() % choices.length] ?? '';
}
