import DOMPurify from 'dompurify';

/** Elements that text needs; forms, frames, styles and scripts are not among them. */
const allowedTags = (
  'a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em ' +
  'figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby s samp ' +
  'section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr'
).split(' ');

const allowedAttributes = (
  'href title lang dir id name src srcset sizes alt width height cite datetime colspan rowspan scope headers start value ' +
  'reversed type span open controls poster class data-player data-embed'
).split(' ');

/**
 * Article HTML as nodes that are safe to show. The server has cleaned it by its own list before storing; this is the
 * second lock, by another maker and on the reader's own parser.
 */
export function articleFragment(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    SANITIZE_NAMED_PROPS: true,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a[href]')) prepareLink(link);
  for (const image of fragment.querySelectorAll('img')) prepareImage(image);
  for (const media of fragment.querySelectorAll<HTMLMediaElement>('audio, video')) {
    media.controls = true;
    media.preload = 'none';
    media.removeAttribute('autoplay');
  }
  for (const wide of fragment.querySelectorAll<HTMLElement>('table, pre')) makeScrollable(wide);
  for (const element of fragment.querySelectorAll('[class]:not(.alt-player)')) element.removeAttribute('class');
  return fragment;
}

function prepareLink(link: Element): void {
  if (link.getAttribute('href')?.startsWith('#')) return;
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer nofollow');
}

function prepareImage(image: HTMLImageElement): void {
  image.loading = 'lazy';
  image.decoding = 'async';
  if (!image.hasAttribute('alt')) image.alt = '';
}

/** A table can be wider than the page: it scrolls in a box of its own, reachable by the keyboard. */
function makeScrollable(element: HTMLElement): void {
  if (element.tagName === 'PRE') {
    element.tabIndex = 0;
    return;
  }
  const box = document.createElement('div');
  box.className = 'wide';
  box.tabIndex = 0;
  element.replaceWith(box);
  box.append(element);
}
