import type { OpmlOutline } from './read.ts';

/** Writes OPML 2.0 (http://opml.org/spec2.opml) that every reader imports. */
export function writeOpml(document: { title: string; outlines: readonly OpmlOutline[] }): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    '  <head>',
    `    <title>${escapeXml(document.title)}</title>`,
    '    <docs>http://opml.org/spec2.opml</docs>',
    '  </head>',
    '  <body>',
    ...document.outlines.flatMap((outline) => outlineLines(outline, '    ')),
    '  </body>',
    '</opml>',
    '',
  ].join('\n');
}

function outlineLines(outline: OpmlOutline, indent: string): string[] {
  const title = escapeXml(outline.title);
  if (outline.kind === 'feed') {
    const site = outline.htmlUrl === undefined ? '' : ` htmlUrl="${escapeXml(outline.htmlUrl)}"`;
    return [
      `${indent}<outline type="rss" text="${title}" title="${title}" xmlUrl="${escapeXml(outline.xmlUrl ?? '')}"${site}/>`,
    ];
  }
  const children = outline.children.flatMap((child) => outlineLines(child, `${indent}  `));
  if (children.length === 0) return [`${indent}<outline text="${title}" title="${title}"/>`];
  return [`${indent}<outline text="${title}" title="${title}">`, ...children, `${indent}</outline>`];
}

function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no such characters
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/[\t\n\r]/g, (blank) => `&#${blank.charCodeAt(0)};`)
  );
}
