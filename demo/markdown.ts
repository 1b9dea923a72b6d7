/**
 * Renders the small part of Markdown that our essays use: paragraphs, `##` headings, `>` quotations, `-` and `1.` lists,
 * emphasis, strong, code and links. Blocks are separated by empty lines.
 */
export function renderMarkdown(source: string): string {
  return splitBlocks(source).map(renderBlock).join('\n');
}

/** The text of the first paragraph, without marks. */
export function firstParagraph(source: string): string {
  const block = splitBlocks(source).find((candidate) => !/^(#|>|- |\d+\. )/.test(candidate)) ?? '';
  return block
    .replaceAll('\n', ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '');
}

export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function splitBlocks(source: string): string[] {
  return source
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

function renderBlock(block: string): string {
  const lines = block.split('\n');
  const [first = ''] = lines;
  if (first.startsWith('## ')) return `<h2>${renderInline(first.slice(3))}</h2>`;
  if (first.startsWith('> ')) {
    const quotation = lines.map((line) => line.replace(/^> ?/, '')).join(' ');
    return `<blockquote><p>${renderInline(quotation)}</p></blockquote>`;
  }
  if (first.startsWith('- ')) return renderList('ul', lines, /^- /);
  if (/^\d+\. /.test(first)) return renderList('ol', lines, /^\d+\. /);
  return `<p>${renderInline(lines.join(' '))}</p>`;
}

function renderList(element: 'ul' | 'ol', lines: string[], marker: RegExp): string {
  const items = lines.map((line) => `<li>${renderInline(line.replace(marker, ''))}</li>`);
  return `<${element}>${items.join('')}</${element}>`;
}

function renderInline(text: string): string {
  return escapeMarkup(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>');
}
