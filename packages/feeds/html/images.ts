import { resolveAnyUrl } from '../addresses.ts';

export interface HtmlAttribute {
  name: string;
  value: string;
}

export interface ImageFacts {
  src: string;
  alt: string | null;
  title: string | null;
  width: string | null;
  height: string | null;
}

/** Where scripts for lazy loading keep the real address, the most telling first. */
const LAZY_SOURCES: readonly string[] = [
  'data-src',
  'data-original',
  'data-lazy-src',
  'data-orig-file',
  'data-actualsrc',
  'data-echo',
  'data-url',
  'data-hi-res-src',
  'data-full-src',
];
const LAZY_SETS: readonly string[] = ['data-srcset', 'data-lazy-srcset', 'srcset'];
const MAX_INLINE_LENGTH = 200_000;
/** An inline picture shorter than this is a dot or a blur that stands in for the real one. */
const MIN_INLINE_LENGTH = 1_000;
const PLACEHOLDER =
  /(?:^|[/_-])(?:blank|spacer|placeholder|transparent|pixel|1x1|grey|lazy-?load(?:er|ing)?|loading)\.(?:gif|png|svg|jpe?g|webp)$/i;

const TRACKER_HOSTS: ReadonlySet<string> = new Set(
  (
    'feeds.feedburner.com feedads.g.doubleclick.net ad.doubleclick.net googleads.g.doubleclick.net www.google-analytics.com ' +
    'ssl.google-analytics.com pixel.wp.com stats.wordpress.com b.scorecardresearch.com sb.scorecardresearch.com ' +
    'pixel.quantserve.com da.feedsportal.com res.feedsportal.com pi.feedsportal.com rss.feedsportal.com px.ads.linkedin.com ' +
    'analytics.twitter.com t.co feeds.wordpress.com pixel.mathtag.com secure.gravatar.blank in.getclicky.com ' +
    'counter.yadro.ru mc.yandex.ru top-fwz1.mail.ru rssfeeds.usatoday.com phpadsnew.com api.blogads.com'
  ).split(' '),
);
const TRACKER_PATHS =
  /^https?:\/\/(?:(?:www\.)?facebook\.com\/tr[/?]|medium\.com\/_\/stat|[^/]+\/~r\/|[^/]+\/~ff\/|[^/]*\/piwik\.php|[^/]*\/matomo\.php|[^/]+\/(?:tracking|track|open|pixel)\/[^?]{0,200}\.gif)/i;

/**
 * What an `img` shows: its lazily loaded source before its placeholder, the widest candidate of its `srcset` when it has no
 * other. Null for pictures without a usable source, tracking pixels and pictures of one pixel.
 */
export function imageFacts(attributes: readonly HtmlAttribute[], baseUrl: string | null): ImageFacts | null {
  const width = attributeValue(attributes, 'width');
  const height = attributeValue(attributes, 'height');
  if (isOnePixel(width, height, attributeValue(attributes, 'style'))) return null;
  const src = imageSource(attributes, baseUrl);
  if (src === null || isTracker(src)) return null;
  return {
    src,
    alt: attributeValue(attributes, 'alt'),
    title: attributeValue(attributes, 'title'),
    width: pixels(width),
    height: pixels(height),
  };
}

export function attributeValue(attributes: readonly HtmlAttribute[], name: string): string | null {
  for (const attribute of attributes) if (attribute.name === name) return attribute.value;
  return null;
}

function imageSource(attributes: readonly HtmlAttribute[], baseUrl: string | null): string | null {
  const plain = usableSource(attributeValue(attributes, 'src'), baseUrl);
  if (plain !== null && !plain.startsWith('data:') && !hasLazySource(attributes)) return plain;
  for (const name of LAZY_SOURCES) {
    const lazy = usableSource(attributeValue(attributes, name), baseUrl);
    if (lazy !== null) return lazy;
  }
  for (const name of LAZY_SETS) {
    const widest = usableSource(widestCandidate(attributeValue(attributes, name) ?? ''), baseUrl);
    if (widest !== null) return widest;
  }
  return plain;
}

function hasLazySource(attributes: readonly HtmlAttribute[]): boolean {
  return attributes.some(
    ({ name }) => name.startsWith('data-') && (LAZY_SOURCES.includes(name) || LAZY_SETS.includes(name)),
  );
}

function usableSource(source: string | null, baseUrl: string | null): string | null {
  if (source === null || source.trim() === '') return null;
  if (/^\s*data:/i.test(source)) return inlinePicture(source.trim());
  const url = resolveAnyUrl(source, baseUrl);
  if (url === null || !/^https?:/.test(url)) return null;
  return PLACEHOLDER.test(url.split(/[?#]/, 1)[0] ?? '') ? null : url;
}

/** Pictures inside the text itself: raster formats only, an SVG can carry script. */
function inlinePicture(source: string): string | null {
  if (source.length < MIN_INLINE_LENGTH || source.length > MAX_INLINE_LENGTH) return null;
  return /^data:image\/(?:png|jpe?g|gif|webp|avif);base64,[\w+/=]+$/i.test(source) ? source : null;
}

/** The address with the largest width or density of a `srcset`; commas inside addresses stay. */
export function widestCandidate(sourceSet: string): string | null {
  let best: { url: string; size: number } | null = null;
  for (const [, url = '', size = '1'] of sourceSet.matchAll(
    /([^\s,]\S{0,4000})(?:\s+(\d{1,6}(?:\.\d{1,3})?)[wx])?\s*(?:,|$)/g,
  )) {
    const candidate = { url: url.replace(/,$/, ''), size: Number(size) };
    if (best === null || candidate.size > best.size) best = candidate;
  }
  return best?.url ?? null;
}

function isOnePixel(width: string | null, height: string | null, style: string | null): boolean {
  if (/^\s*[01](?:px)?\s*$/.test(width ?? '') || /^\s*[01](?:px)?\s*$/.test(height ?? '')) return true;
  return style !== null && /(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)|display\s*:\s*none/i.test(style);
}

/** True for the pictures of counting services; they show nothing and tell who reads. */
function isTracker(src: string): boolean {
  const host = src.slice(src.indexOf('//') + 2).split(/[/?#:]/, 1)[0] ?? '';
  return TRACKER_HOSTS.has(host.toLowerCase()) || TRACKER_PATHS.test(src);
}

function pixels(value: string | null): string | null {
  const match = /^\s*(\d{1,5})(?:\.\d*)?(?:px)?\s*$/.exec(value ?? '');
  return match?.[1] ?? null;
}
