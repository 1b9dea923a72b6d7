import type { BriefPart } from '@alt/contracts';

/** A dossier as a document: what every way of writing it shares. All texts are plain. */
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'text'; text: string; isSmall?: boolean }
  | { kind: 'link'; text: string; url: string | null; about: string }
  | { kind: 'quote'; text: string };

/** What a document needs of a project; lists that a page does not show are empty. */
export interface DocumentSource {
  title: string;
  description: string;
  sections: { id: string; title: string }[];
  articles: {
    id: string;
    sectionId: string | null;
    title: string;
    url: string | null;
    feedTitle: string;
    publishedAt: string | null;
  }[];
  brief: BriefPart[] | null;
  highlights: { pinId: string; quote: string }[];
  notes: { pinId: string | null; body: string }[];
  decisions: {
    number: number;
    title: string;
    status: string;
    context: string;
    decision: string;
    consequences: string;
    alternatives: { title: string; reason: string }[];
  }[];
}

/** A chapter for each part: the brief's overview first, then the sections, what is in none, notes and decisions. */
export function chaptersOf(source: DocumentSource): { title: string; blocks: Block[] }[] {
  const overview = source.brief?.find(({ sectionId }) => sectionId === null);
  const sections = source.sections.map(({ id, title }) => ({
    title,
    blocks: [...briefBlocks(source.brief?.find(({ sectionId }) => sectionId === id)), ...articleBlocks(source, id)],
  }));
  const chapters = [
    { title: source.title, blocks: [...plain(source.description), ...briefBlocks(overview)] },
    ...sections,
    { title: 'Other articles', blocks: articleBlocks(source, null) },
    { title: 'Notes', blocks: source.notes.filter(({ pinId }) => pinId === null).flatMap(({ body }) => plain(body)) },
    { title: 'Decisions', blocks: source.decisions.flatMap(decisionBlocks) },
  ];
  return chapters.filter(({ blocks }, index) => index === 0 || blocks.length > 0);
}

function plain(text: string): Block[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => ({ kind: 'text', text: part }));
}

function briefBlocks(part: BriefPart | undefined): Block[] {
  return (part?.sentences ?? []).flatMap(({ text, citations }): Block[] => [
    { kind: 'text', text },
    ...citations.map(
      // A sentence taken from its article need not stand there twice.
      ({ title, url, quote }): Block => ({
        kind: 'link',
        text: title || quote,
        url,
        about: quote === text ? '' : `“${quote}”`,
      }),
    ),
  ]);
}

function articleBlocks({ articles, highlights, notes }: DocumentSource, section: string | null): Block[] {
  return articles
    .filter(({ sectionId }) => sectionId === section)
    .flatMap(({ id, title, url, feedTitle, publishedAt }): Block[] => [
      { kind: 'heading', level: 3, text: title },
      { kind: 'link', text: feedTitle || url || title, url, about: publishedAt?.slice(0, 10) ?? '' },
      ...highlights.filter(({ pinId }) => pinId === id).map(({ quote }): Block => ({ kind: 'quote', text: quote })),
      ...notes.filter(({ pinId }) => pinId === id).flatMap(({ body }) => plain(body)),
    ]);
}

function decisionBlocks(decision: DocumentSource['decisions'][number]): Block[] {
  const { number, title, status, context, consequences, alternatives } = decision;
  return [
    { kind: 'heading', level: 3, text: `${number}. ${title}` },
    { kind: 'text', text: status, isSmall: true },
    ...plain(context),
    ...plain(decision.decision),
    ...plain(consequences),
    ...alternatives.flatMap(({ title, reason }) => plain(`– ${title}${reason ? `: ${reason}` : ''}`)),
  ];
}

/** HTML that is XML as well; everything is escaped and links lead to web addresses alone. */
export function blocksToXhtml(blocks: Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'heading':
          return `<h${block.level}>${escapeXml(block.text)}</h${block.level}>`;
        case 'quote':
          return `<blockquote><p>${lines(block.text)}</p></blockquote>`;
        case 'link': {
          const label = escapeXml(block.text);
          const link = isWebAddress(block.url) ? `<a href="${escapeXml(block.url)}">${label}</a>` : label;
          return `<p class="source">${[link, escapeXml(block.about)].filter(Boolean).join(' · ')}</p>`;
        }
        default:
          return block.isSmall ? `<p><small>${escapeXml(block.text)}</small></p>` : `<p>${lines(block.text)}</p>`;
      }
    })
    .join('\n');
}

function lines(text: string): string {
  return escapeXml(text).replaceAll('&#10;', '<br/>').replaceAll('\n', '<br/>');
}

/** CommonMark in which every text stands as it was written. */
export function blocksToMarkdown(blocks: Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'heading':
          return `${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
        case 'quote':
          return block.text
            .split('\n')
            .map((line) => `> ${escapeMarkdown(line)}`)
            .join('\n');
        case 'link': {
          const label = escapeMarkdown(block.text);
          const link = isWebAddress(block.url) ? `[${label}](<${encodeForMarkdown(block.url)}>)` : label;
          return [link, escapeMarkdown(block.about)].filter(Boolean).join(' · ');
        }
        default:
          return block.text.split('\n').map(escapeMarkdown).join('  \n');
      }
    })
    .join('\n\n');
}

function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#+\-.!|~&]/g, '\\$&');
}

function encodeForMarkdown(url: string): string {
  return url.replace(/[<>\\\s]/g, (character) => encodeURIComponent(character));
}

export function isWebAddress(url: string | null): url is string {
  return url !== null && /^https?:\/\//i.test(url);
}

/** Characters that XML 1.0 knows, the five special ones as references. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
