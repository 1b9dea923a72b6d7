import type { Annotations } from '../api/annotations.ts';
import type { FullEntry } from '../api/api.ts';

type Article = Pick<FullEntry, 'title' | 'url' | 'author' | 'publishedAt'> & { feed: { title: string } };

/** The highlights and notes of an article as Markdown. Titles, quotes and notes stay text: none of it becomes markup. */
export function annotationsAsMarkdown({ title, url, author, publishedAt, feed }: Article, annotations: Annotations) {
  const { highlights, notes } = annotations;
  const known = new Set(highlights.map(({ id }) => id));
  const source = [author, feed.title, publishedAt?.slice(0, 10)].filter((fact) => typeof fact === 'string' && fact);
  const parts = [
    `# ${plain(title)}`,
    source.map((fact) => plain(String(fact))).join(' · '),
    url && /^https?:/.test(url) ? `<${encodeURI(decodeIfPossible(url))}>` : '',
    ...highlights.flatMap(({ id, quote }) => [
      quoted(quote),
      ...notes.filter(({ highlightId }) => highlightId === id).map(({ body }) => paragraphs(body)),
    ]),
    ...notes.flatMap(({ highlightId, body }) =>
      highlightId === null || !known.has(highlightId) ? [`---\n\n${paragraphs(body)}`] : [],
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A name for the file: letters and digits of the title, no longer than most systems take. */
export function fileNameOf(title: string): string {
  const words = title.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return `${[...words.join('-')].slice(0, 60).join('') || 'article'}.md`;
}

function decodeIfPossible(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

const linesOf = (text: string) => text.split(/\s*\n\s*/).filter((line) => line !== '');
const quoted = (text: string) =>
  linesOf(text)
    .map((line) => `> ${plain(line)}`)
    .join('\n>\n');
const paragraphs = (text: string) => linesOf(text).map(plain).join('\n\n');

/** A line in which no sign has a meaning of its own (CommonMark 0.31, backslash escapes). */
function plain(line: string): string {
  return line
    .trim()
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*_[\]<>#|~&$]/g, '\\$&')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
