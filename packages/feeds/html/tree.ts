import type { DefaultTreeAdapterTypes } from 'parse5';
import {
  type DefaultTreeAdapterMap,
  defaultTreeAdapter,
  html as htmlNames,
  parseFragment,
  type TreeAdapter,
} from 'parse5';
import type { HtmlAttribute } from './images.ts';
import type { HtmlWriter } from './writer.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/** Thrown and caught inside this folder: the markup is built to exhaust whoever reads it. */
export class ExcessiveMarkup extends Error {}

/** Browsers flatten below 512; nobody writes a tenth of that by hand. */
const MAX_DEPTH = 256;
const MAX_ELEMENTS = 100_000;

/**
 * Reads HTML as a browser does when it is put inside a `div`, and tells it to the writer in document order. Throws
 * `ExcessiveMarkup` when it nests too deep or multiplies (unclosed formatting elements are reopened in every paragraph).
 */
export function walkHtml(html: string, writer: HtmlWriter): void {
  const context = defaultTreeAdapter.createElement('div', htmlNames.NS.HTML, []);
  const fragment = parseFragment(context, html, { treeAdapter: boundedAdapter(html.length), scriptingEnabled: false });
  walk(fragment, writer);
}

function boundedAdapter(length: number): TreeAdapter<DefaultTreeAdapterMap> {
  // Every element costs at least three characters unless the parser makes it up.
  const maxElements = Math.min(MAX_ELEMENTS, 100 + length);
  let elementCount = 0;
  let depth = 0;
  return {
    ...defaultTreeAdapter,
    createElement(tagName, namespaceUri, attributes) {
      if (++elementCount > maxElements) throw new ExcessiveMarkup();
      return defaultTreeAdapter.createElement(tagName, namespaceUri, attributes);
    },
    onItemPush() {
      if (++depth > MAX_DEPTH) throw new ExcessiveMarkup();
    },
    onItemPop() {
      depth--;
    },
  };
}

/** Recursion is bounded by `MAX_DEPTH`. */
function walk(parent: Parent, writer: HtmlWriter): void {
  const { childNodes } = parent;
  for (let index = 0; index < childNodes.length; index++) {
    const node = childNodes[index];
    if (node === undefined) continue;
    if (node.nodeName === '#text') writer.text((node as DefaultTreeAdapterTypes.TextNode).value);
    else if ('tagName' in node) walkElement(node, childNodes, index, writer);
  }
}

function walkElement(
  element: DefaultTreeAdapterTypes.Element,
  siblings: readonly Node[],
  index: number,
  writer: HtmlWriter,
): void {
  if (element.tagName === 'noscript' && standsForMissingImage(siblings, index)) {
    walk(element, writer);
    return;
  }
  if (element.tagName === 'picture') adoptSources(element);
  if (element.namespaceURI !== htmlNames.NS.HTML || !writer.open(element.tagName, element.attrs)) return;
  walk(element, writer);
  writer.close();
}

/** A `noscript` is unwrapped only where no picture stands before it that shows itself. */
function standsForMissingImage(siblings: readonly Node[], index: number): boolean {
  const before = siblings[index - 1];
  if (before === undefined || !('tagName' in before) || before.tagName !== 'img') return false;
  return !before.attrs.some(({ name, value }) => /src|original/.test(name) && /^\s*(?:https?:|\/)/i.test(value));
}

/** A `picture` shows its `img`; one without address of its own takes the first source's. */
function adoptSources(picture: DefaultTreeAdapterTypes.Element): void {
  const elements = picture.childNodes.filter((node) => 'tagName' in node);
  const image = elements.find(({ tagName }) => tagName === 'img');
  const sets = elements.filter(({ tagName }) => tagName === 'source').flatMap(({ attrs }) => attrs.filter(isSourceSet));
  picture.childNodes = picture.childNodes.filter((node) => !('tagName' in node) || node.tagName !== 'source');
  if (image === undefined || sets.length === 0) return;
  const hasOwn = image.attrs.some(
    ({ name, value }) => (name === 'src' || isSourceSet({ name, value })) && !value.startsWith('data:'),
  );
  if (!hasOwn) image.attrs.push({ name: 'srcset', value: sets[0]?.value ?? '' });
}

function isSourceSet({ name }: HtmlAttribute): boolean {
  return name === 'srcset' || name === 'data-srcset';
}
