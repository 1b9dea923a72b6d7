import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What a hostile server can send in one body. The promise is one second and 256 MB; the guard is wider because tests share a machine. */
const ATTACKS: Readonly<Record<string, string>> = {
  'a billion laughs': `'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">' + 'abcdefghi'.split('').map((c, i) => '<!ENTITY ' + String.fromCharCode(98 + i) + ' "' + ('&' + c + ';').repeat(10) + '">').join('') + ']><rss version="2.0"><channel><title>&j;</title><item><title>&j;</title></item></channel></rss>'`,
  'a quadratic blow-up': `'<!DOCTYPE rss [<!ENTITY a "' + 'x'.repeat(60000) + '">]><rss version="2.0"><channel><item><description>' + '&a;'.repeat(200000) + '</description></item></channel></rss>'`,
  'an external entity': `'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&a;</title><item><guid>1</guid></item></channel></rss>'`,
  'elements 200,000 deep': `'<rss version="2.0"><channel>' + '<a>'.repeat(200000)`,
  'items inside items 200,000 deep': `'<rss version="2.0"><channel>' + '<item>'.repeat(200000)`,
  'HTML 200,000 deep in an item': `'<rss version="2.0"><channel><item><description><![CDATA[' + '<div>'.repeat(200000) + 'x]]></description></item></channel></rss>'`,
  'tables in tables in an item': `'<rss version="2.0"><channel><item><description><![CDATA[' + '<table><tr><td>'.repeat(60000) + 'x]]></description></item></channel></rss>'`,
  'formatting reopened in every paragraph': `'<rss version="2.0"><channel><item><description><![CDATA[' + Array.from({ length: 5000 }, (_, i) => '<b title="' + i + '">').join('') + '<p>x'.repeat(50000) + ']]></description></item></channel></rss>'`,
  '400,000 items': `'<rss version="2.0"><channel>' + '<item><title>a</title><link>http://e.example/1</link></item>'.repeat(400000) + '</channel></rss>'`,
  '400,000 JSON items': `'{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[' + '{"id":"1","content_text":"x"},'.repeat(400000) + '{}]}'`,
  'five million empty JSON objects': `'{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[' + '{},'.repeat(5000000) + '{}]}'`,
  'JSON 5,000,000 deep': `'{"version":"https://jsonfeed.org/version/1.1","items":' + '['.repeat(5000000)`,
  'five million empty elements': `'<rss version="2.0"><channel>' + '<a/>'.repeat(5000000)`,
  '20 MB of opening brackets': `'<rss version="2.0"><channel>' + '<'.repeat(20000000)`,
  '20 MB of ampersands': `'<rss version="2.0"><channel><title>' + '&'.repeat(20000000)`,
  '20 MB of unknown references': `'<rss version="2.0"><channel><title>' + Array.from({ length: 2000000 }, (_, i) => '&n' + i + ';').join('')`,
  '20 MB of comments without end': `'<rss version="2.0"><channel>' + '<!-- '.repeat(4000000)`,
  '20 MB of CDATA without end': `'<rss version="2.0"><channel><item><title>' + '<![CDATA['.repeat(2200000)`,
  '20 MB of quotes without end': `'<rss version="2.0"><channel>' + '<a b="c' + "<a b='".repeat(3300000)`,
  '20 MB of end tags': `'<rss version="2.0"><channel>' + '<a>'.repeat(200) + '</b>'.repeat(5000000)`,
  '20 MB of blanks': `'<rss version="2.0"><channel><title>' + ' '.repeat(20000000) + '</title></channel></rss>'`,
  'a tag of 20 MB': `'<rss version="2.0"><channel><item ' + 'a=1 '.repeat(5000000)`,
  'a name of 20 MB': `'<rss version="2.0"><channel><' + 'a'.repeat(20000000)`,
  'a title of 20 MB': `'<rss version="2.0"><channel><item><title>' + 'a<b '.repeat(5000000) + '</title></item></channel></rss>'`,
  'a date of 20 MB': `'<rss version="2.0"><channel><item><pubDate>' + '1 '.repeat(10000000) + '</pubDate></item></channel></rss>'`,
  '20 MB of zeros': `'\\u0000'.repeat(20000000)`,
  '20 MB of nothing in particular': `Buffer.from(Uint32Array.from({ length: 5000000 }, (_, i) => Math.imul(i, 2654435761) ^ (i << 7)).buffer).toString('latin1')`,
  'a page of 10 MB': `'<!doctype html><html><body>' + '<p class=x>hello <a href=/x>there</a>'.repeat(270000)`,
};

/** Runs a snippet in a Node process of its own that may use 256 MB of heap; answers what it printed. */
function runBounded(source: string): { isAlive: boolean; output: string } {
  const path = join(tmpdir(), `alt-hostile-${process.pid}-${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(path, source);
  try {
    const result = spawnSync(process.execPath, ['--max-old-space-size=256', path], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    return { isAlive: result.status === 0, output: `${result.stdout}${result.stderr}` };
  } finally {
    rmSync(path);
  }
}

describe('time and memory stay bounded', () => {
  test('in one process of 256 MB, attack after attack', { timeout: 300_000 }, () => {
    const source = `
      import { parseFeed } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
      const makers = { ${Object.entries(ATTACKS)
        .map(([name, make]) => `${JSON.stringify(name)}: () => ${make}`)
        .join(',\n')} };
      const answers = {};
      for (const [name, make] of Object.entries(makers)) {
        const bytes = Buffer.from(make(), name.includes('particular') ? 'latin1' : 'utf8');
        const start = process.cpuUsage();
        const outcome = parseFeed(bytes, { url: 'https://e.example/' });
        const { user, system } = process.cpuUsage(start);
        answers[name] = { ms: Math.round((user + system) / 1000), result: outcome.ok ? outcome.feed.items.length : outcome.refusal.code };
      }
      console.log(JSON.stringify({ answers, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
    `;
    const { isAlive, output } = runBounded(source);
    expect(isAlive, output).toBe(true);
    const { answers } = JSON.parse(output) as { answers: Record<string, { ms: number; result: number | string }> };
    expect(Object.keys(answers)).toEqual(Object.keys(ATTACKS));
    for (const [name, { ms }] of Object.entries(answers)) expect(ms, name).toBeLessThan(10_000);
    expect(answers['elements 200,000 deep']?.result).toBe('too-deep');
    expect(answers['400,000 items']?.result).toBe(1);
    expect(answers['a billion laughs']?.result).toBe(1);
  });
});
