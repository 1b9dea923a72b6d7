import { resolveAnyUrl, resolveUrl } from '../addresses.ts';
import { attributeValue, type HtmlAttribute, type ImageFacts } from './images.ts';
import { playerOf } from './players.ts';
import { acceptableValue, isAllowedLink } from './policy.ts';

const LINK_RELATION = 'noopener noreferrer nofollow';

export function imageMarkup({ src, alt, title, width, height }: ImageFacts): string {
  const optional = [
    ['title', title],
    ['width', width],
    ['height', height],
  ]
    .map(([name, value]) => (value === null || value === undefined ? '' : ` ${name}="${escapeValue(value)}"`))
    .join('');
  return `<img src="${escapeValue(src)}" alt="${escapeValue(alt ?? '')}"${optional} loading="lazy">`;
}

/**
 * The link that stands for a player until it is clicked; nothing of the third party is loaded before. `data-embed` is the
 * address for the frame, `href` the page for readers without script.
 */
export function playerMarkup(attributes: readonly HtmlAttribute[], baseUrl: string | null): string | null {
  const source = resolveUrl(attributeValue(attributes, 'src') || attributeValue(attributes, 'data-src'), baseUrl);
  const title = attributeValue(attributes, 'title');
  const player = source === null ? null : playerOf(source);
  if (player === null) return null;
  const label = title === null || title.trim() === '' ? player.label : clean(title).trim().slice(0, 200).toWellFormed();
  return (
    `<a class="alt-player" data-player="${player.name}" data-embed="${escapeValue(player.embedUrl)}"` +
    ` href="${escapeValue(player.pageUrl)}" rel="${LINK_RELATION}">${escapeText(label)}</a>`
  );
}

/** The attributes to write, each with a leading blank; null when the element is nothing without what it lacks. */
export function attributesMarkup(
  name: string,
  allowed: readonly string[],
  attributes: readonly HtmlAttribute[],
  baseUrl: string | null,
): string | null {
  if (name === 'a') return linkMarkup(allowed, attributes, baseUrl);
  let markup = '';
  let hasSource = false;
  for (const attribute of attributes) {
    if (!allowed.includes(attribute.name)) continue;
    const isAddress = attribute.name === 'src' || attribute.name === 'poster' || attribute.name === 'cite';
    const value = isAddress
      ? resolveUrl(attribute.value, baseUrl)
      : acceptableValue(attribute.name, clean(attribute.value));
    if (value === null) continue;
    hasSource ||= attribute.name === 'src';
    markup += ` ${attribute.name}="${escapeValue(value)}"`;
  }
  if (name === 'source' && !hasSource) return null;
  return name === 'audio' || name === 'video' ? `${markup} controls="" preload="none"` : markup;
}

function linkMarkup(
  allowed: readonly string[],
  attributes: readonly HtmlAttribute[],
  baseUrl: string | null,
): string | null {
  const embed = playerOf(attributeValue(attributes, 'data-embed') ?? '');
  const isPlayer = embed !== null && attributeValue(attributes, 'class') === 'alt-player';
  let markup = isPlayer
    ? ` class="alt-player" data-player="${embed.name}" data-embed="${escapeValue(embed.embedUrl)}"`
    : '';
  const href = resolveAnyUrl(attributeValue(attributes, 'href'), baseUrl);
  if (isPlayer) markup += ` href="${escapeValue(embed.pageUrl)}"`;
  else if (href !== null && isAllowedLink(href)) markup += ` href="${escapeValue(href)}"`;
  else return null;
  for (const attribute of attributes) {
    if (attribute.name === 'href' || !allowed.includes(attribute.name)) continue;
    const value = acceptableValue(attribute.name, clean(attribute.value));
    if (value !== null) markup += ` ${attribute.name}="${escapeValue(value)}"`;
  }
  return `${markup} rel="${LINK_RELATION}"`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Takes out control characters: no browser shows them, and a zero byte cannot be stored. */
export function clean(value: string): string {
  if (!CONTROL.test(value)) return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  return value.replace(/\r\n?|\f/g, '\n').replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g, '');
}

export function escapeText(text: string): string {
  if (!/[&<>\u00a0]/.test(text)) return text;
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\u00a0/g, '&nbsp;');
}

function escapeValue(value: string): string {
  const cleaned = clean(value);
  return /[&<>"\u00a0]/.test(cleaned) ? escapeText(cleaned).replace(/"/g, '&quot;') : cleaned;
}
