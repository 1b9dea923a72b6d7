import type { Recap, RecapStory } from '@alt/contracts';
import { RECAP_STYLE } from './pages.ts';
import type { RecapWording } from './wording.ts';

/** A whole page, for a browser or a mail: no scripts, no outside resources, everything escaped; `footer` is HTML. */
export function recapPage(recap: Recap, wording: RecapWording, footer = ''): string {
  const title = wording.title(recap.period, recap.date);
  return `<!doctype html>
<html lang="${wording.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${RECAP_STYLE}</style>
</head><body><h1>${escapeHtml(title)}</h1>
${recapHtml(recap, wording)}
${footer}</body></html>
`;
}

/** The topics as HTML, without a page around them. */
export function recapHtml(recap: Recap, wording: RecapWording): string {
  const topics = recap.topics.map(
    ({ name, stories }) =>
      `<h2>${escapeHtml(name)}</h2>\n${stories.map((story) => storyHtml(story, wording)).join('\n')}`,
  );
  return [...topics, ...notes(recap, wording).map((note) => `<p><small>${escapeHtml(note)}</small></p>`)].join('\n');
}

function storyHtml(story: RecapStory, wording: RecapWording): string {
  const also = story.articles.map(
    ({ title, url, feed }) => `<a ${href(url)}title="${escapeHtml(title)}">${escapeHtml(feed.title)}</a>`,
  );
  return [
    `<h3><a ${href(story.url)}>${escapeHtml(story.title)}</a></h3>`,
    story.summary && `<p>${escapeHtml(story.summary)}</p>`,
    `<p><small>${escapeHtml(story.feed.title)} · ${escapeHtml(wording.why)} ${escapeHtml(reasonsOf(story, wording))}${
      also.length > 0 ? ` · ${escapeHtml(wording.also)} ${also.join(', ')}` : ''
    }</small></p>`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The recap as Markdown (CommonMark). */
export function recapMarkdown(recap: Recap, wording: RecapWording): string {
  const topics = recap.topics.flatMap(({ name, stories }) => [
    `## ${escapeMarkdown(name)}`,
    ...stories.flatMap((story) => [
      `### ${markdownLink(story.title, story.url)}`,
      ...(story.summary ? [escapeMarkdown(story.summary)] : []),
      `*${escapeMarkdown(story.feed.title)} · ${escapeMarkdown(wording.why)} ${escapeMarkdown(reasonsOf(story, wording))}*`,
      ...(story.articles.length > 0
        ? [
            `${escapeMarkdown(wording.also)} ${story.articles.map(({ feed, url }) => markdownLink(feed.title, url)).join(', ')}`,
          ]
        : []),
    ]),
  ]);
  const title = escapeMarkdown(wording.title(recap.period, recap.date));
  return `${[`# ${title}`, ...topics, ...notes(recap, wording).map(escapeMarkdown)].join('\n\n')}\n`;
}

function notes({ topics, isFinal, engine }: Recap, wording: RecapWording): string[] {
  return [
    ...(topics.length === 0 ? [wording.empty] : []),
    ...(isFinal ? [] : [wording.running]),
    ...(engine === null ? [] : [wording.written(engine)]),
  ];
}

function reasonsOf({ reasons }: RecapStory, wording: RecapWording): string {
  return reasons.map((reason) => wording.reason(reason)).join(', ');
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An attribute with a space behind it; nothing for what is no web address, which then is no link. */
function href(url: string | null): string {
  return isWebAddress(url) ? `href="${escapeHtml(url)}" ` : '';
}

function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#+\-.!|~&]/g, '\\$&');
}

function markdownLink(text: string, url: string | null): string {
  const label = escapeMarkdown(text);
  if (!isWebAddress(url)) return label;
  return `[${label}](<${url.replace(/[<>\\\s]/g, (character) => encodeURIComponent(character))}>)`;
}

function isWebAddress(url: string | null): url is string {
  return url !== null && /^https?:\/\//i.test(url);
}
