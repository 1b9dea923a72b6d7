import { hash } from 'node:crypto';
import { type Block, blocksToXhtml, escapeXml } from './documents.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}h2{margin-top:2rem}.source,small{color:#666;font-size:.85em}blockquote{margin:0 0 0 1rem;border-left:3px solid #ccc;padding-left:1rem}';

/** Nothing is loaded and no script runs, and of styles only that of the page counts. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** A document as one page that needs nothing else. */
export function pageOfChapters(chapters: { title: string; blocks: Block[] }[], head = ''): string {
  const [first, ...others] = chapters;
  const body = [
    `<h1>${escapeXml(first?.title ?? '')}</h1>`,
    blocksToXhtml(first?.blocks ?? []),
    ...others.map(({ title, blocks }) => `<h2>${escapeXml(title)}</h2>\n${blocksToXhtml(blocks)}`),
  ];
  return `<!doctype html>
<html><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width"/>
<meta http-equiv="Content-Security-Policy" content="${escapeXml(PAGE_POLICY.replace(/; frame-ancestors [^;]+/, ''))}"/>
<title>${escapeXml(first?.title ?? '')}</title>${head}
<style>${STYLE}</style>
</head><body>
${body.join('\n')}
</body></html>
`;
}
