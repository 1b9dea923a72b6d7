import { describe, expect, test } from 'vitest';
import { createEgress, type EgressError, parseAllowList } from './index.ts';

describe('ALT_EGRESS_ALLOW', () => {
  test('takes hosts, addresses and ranges, with and without a port', () => {
    const value =
      ' nas.lan , nas.lan:5000,10.0.0.7, 192.168.0.0/16:8080,[fd00::1]:8080,fd00::/8,[fd00::/8]:81,localhost,';
    expect(parseAllowList(value)).toHaveLength(8);
    expect(parseAllowList('')).toEqual([]);
  });

  test.each([
    '10.0.0.0/33',
    '*.lan',
    'http://nas.lan',
    'nas.lan/feed',
    'nas.lan:0',
    'nas.lan:70000',
    'a b',
    '10.0.0.0/8/8',
    'user@nas',
    '::1%lo',
    '10.0.0.0/x',
  ])('%s is named in a sentence', (entry) => {
    expect(() => parseAllowList(`10.0.0.1,${entry}`)).toThrow(`ALT_EGRESS_ALLOW has the entry "${entry}"`);
  });

  test.each([
    ['nas.lan', 'http://nas.lan:5000/', true],
    ['nas.lan', 'http://NAS.LAN./', true],
    ['nas.lan:5000', 'http://nas.lan:5000/', true],
    ['nas.lan:5000', 'http://nas.lan:5001/', false],
    ['nas.lan:443', 'https://nas.lan/', true],
    ['nas.lan', 'http://evil.nas.lan/', false],
    ['10.0.0.7', 'http://10.0.0.7:9/', true],
    ['10.0.0.7', 'http://167772167:9/', true],
    ['10.0.0.7', 'http://[::ffff:10.0.0.7]/', true],
    ['10.0.0.7:80', 'http://10.0.0.7/', true],
    ['10.0.0.7:80', 'http://10.0.0.7:8080/', false],
    ['10.0.0.0/8', 'http://10.200.3.4/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['10.0.0.0/8:3000', 'http://10.200.3.4:3000/', true],
    ['10.0.0.0/8:3000', 'http://10.200.3.4/', false],
    ['fd00::/8', 'http://[fd12::1]:99/', true],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080/', true],
    ['[fd00::1]:8080', 'http://[fd00::1]/', false],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
  ])('%s against %s: %s', async (allow, url, isOpened) => {
    const egress = createEgress({
      allow: parseAllowList(allow),
      userAgent: 'Alt/test',
      lookup: async () => [{ address: '10.9.9.9', family: 4 }],
    });
    expect(egress.isOpenedByOperator(url)).toBe(isOpened);
    const verdict = egress.check(url).then(
      () => true,
      (error: EgressError) => !error.code.startsWith('egress-refused'),
    );
    if (isOpened) expect(await verdict).toBe(true);
  });

  test('an opened range opens names that lead into it, and their odd ports', async () => {
    const lookup = async () => [{ address: '10.1.2.3', family: 4 as const }];
    const egress = createEgress({ allow: ['10.0.0.0/8:3000'], userAgent: 'Alt/test', lookup });
    expect(egress.isOpenedByOperator('http://wiki.corp:3000/')).toBe(false);
    await egress.check('http://wiki.corp:3000/');
    expect(egress.isOpenedByOperator('http://wiki.corp:3000/')).toBe(true);
    await expect(egress.check('http://wiki.corp/')).rejects.toMatchObject({ code: 'egress-refused-address' });
    await expect(egress.check('http://wiki.corp:3001/')).rejects.toMatchObject({ code: 'egress-refused-port' });
  });

  test('an opened name says nothing about other names of its address', async () => {
    const lookup = async () => [{ address: '10.1.2.3', family: 4 as const }];
    const egress = createEgress({ allow: ['nas.lan'], userAgent: 'Alt/test', lookup });
    await egress.check('http://nas.lan:5000/');
    await expect(egress.check('http://evil.example/')).rejects.toMatchObject({ code: 'egress-refused-address' });
  });

  test('a public host on an odd port is reachable if opened, and counts as opened', async () => {
    const lookup = async () => [{ address: '93.184.215.14', family: 4 as const }];
    const egress = createEgress({ allow: ['example.com:9000'], userAgent: 'Alt/test', lookup });
    await egress.check('http://example.com:9000/');
    await expect(egress.check('http://example.com:9001/')).rejects.toMatchObject({ code: 'egress-refused-port' });
  });
});
