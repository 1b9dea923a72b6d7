import { strToU8, type Zippable, zipSync } from 'fflate';
import { type Block, blocksToXhtml, escapeXml } from './documents.ts';

/** A document as an EPUB 3.3 book, a file for each chapter. https://www.w3.org/TR/epub-33/ */
export function epubOfChapters(
  chapters: { title: string; blocks: Block[] }[],
  book: { id: string; title: string; modifiedAt: Date },
): Uint8Array {
  const names = chapters.map((_, index) => `chapter-${index + 1}.xhtml`);
  const files: Zippable = {
    // First and not compressed, so that the beginning of the file says what it is (OCF 4.3).
    mimetype: [strToU8('application/epub+zip'), { level: 0 }],
    'META-INF/container.xml': strToU8(CONTAINER),
    'book/package.opf': strToU8(packageOf(book, names)),
    'book/nav.xhtml': strToU8(navigationOf(chapters, names, book.title)),
  };
  for (const [index, { title, blocks }] of chapters.entries()) {
    files[`book/${names[index]}`] = strToU8(pageOf(title, `<h1>${escapeXml(title)}</h1>\n${blocksToXhtml(blocks)}`));
  }
  return zipSync(files, { mtime: book.modifiedAt });
}

const CONTAINER = `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
`;

function packageOf(
  { id, title, modifiedAt }: { id: string; title: string; modifiedAt: Date },
  names: string[],
): string {
  const items = names.map((name, n) => `<item id="c${n + 1}" href="${name}" media-type="application/xhtml+xml"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:${id}</dc:identifier><dc:title>${escapeXml(title)}</dc:title><dc:language>und</dc:language>
<meta property="dcterms:modified">${modifiedAt.toISOString().slice(0, 19)}Z</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
${items.join('\n')}
</manifest>
<spine>${names.map((_, n) => `<itemref idref="c${n + 1}"/>`).join('')}</spine></package>
`;
}

function navigationOf(chapters: { title: string }[], names: string[], title: string): string {
  const entries = chapters.map((chapter, n) => `<li><a href="${names[n]}">${escapeXml(chapter.title)}</a></li>`);
  return pageOf(title, `<nav epub:type="toc"><ol>\n${entries.join('\n')}\n</ol></nav>`);
}

function pageOf(title: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>${escapeXml(title)}</title></head>
<body>
${body}
</body></html>
`;
}
