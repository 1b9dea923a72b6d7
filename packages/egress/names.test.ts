import dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEgress, createLookup, type Lookup } from './index.ts';

const A = 1;
const AAAA = 28;
let nameServer: dgram.Socket;
let lookup: Lookup;

/** Knows `both.test`, `four.test` and `inside.test`; is silent about everything else. */
beforeAll(async () => {
  nameServer = dgram.createSocket('udp4');
  nameServer.on('message', (query, from) => {
    const answer = answerTo(query);
    if (answer) nameServer.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => nameServer.bind(0, '127.0.0.1', resolve));
  const { port } = nameServer.address() as AddressInfo;
  lookup = createLookup({ nameServers: [`127.0.0.1:${port}`], timeoutScale: 0.1 });
});
afterAll(() => {
  nameServer.close();
});

test('both families are looked up', async () => {
  expect(await lookup('both.test')).toEqual([
    { address: '93.184.215.14', family: 4 },
    { address: '2606:2800::1', family: 6 },
  ]);
  expect(await lookup('four.test')).toEqual([{ address: '93.184.215.14', family: 4 }]);
});

test('a silent name server is not the same as a name that does not exist', async () => {
  await expect(lookup('silent.test')).rejects.toMatchObject({ code: 'dns-failed', host: 'silent.test' });
});

test('a name that points inside is refused', async () => {
  const egress = createEgress({ userAgent: 'Alt/test', lookup });
  await egress.check('http://both.test/');
  await expect(egress.check('http://inside.test/')).rejects.toThrow(
    'inside.test points to an address inside a private network.',
  );
});

test('localhost comes from the system and is refused', async () => {
  const egress = createEgress({ userAgent: 'Alt/test' });
  for (const url of ['http://localhost/', 'https://LOCALHOST:8443/']) {
    await expect(egress.check(url)).rejects.toMatchObject({ code: 'egress-refused-address' });
  }
});

const RECORDS: Record<string, { [A]?: number[]; [AAAA]?: number[] }> = {
  'both.test': { [A]: [93, 184, 215, 14], [AAAA]: [0x26, 0x06, 0x28, 0, ...Array<number>(11).fill(0), 1] },
  'four.test': { [A]: [93, 184, 215, 14] },
  'inside.test': { [A]: [10, 0, 0, 1] },
};

/** The least of RFC 1035 that a stub needs: one question, at most one answer. */
function answerTo(query: Buffer): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const records = RECORDS[labels.join('.').toLowerCase()];
  if (!records) return undefined;
  const type = query.readUInt16BE(at + 1);
  const data = type === A ? records[A] : type === AAAA ? records[AAAA] : undefined;
  const header = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0]);
  const record = data ? Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]) : Buffer.alloc(0);
  return Buffer.concat([header, query.subarray(12, at + 5), record]);
}
