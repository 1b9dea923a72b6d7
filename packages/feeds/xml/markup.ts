import { resolveUrl } from '../addresses.ts';
import { attribute, type XmlElement } from './element.ts';

const VOID_ELEMENTS: ReadonlySet<string> = new Set([
  'area',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'source',
  'track',
  'wbr',
]);
const ADDRESS_ATTRIBUTES: ReadonlySet<string> = new Set(['href', 'src', 'cite', 'poster']);

/**
 * The inside of an element as HTML text. Markup that stands in the document itself (XHTML, or tags a publisher forgot to
 * escape) is written out; text is escaped only where the document says that it is text (`xhtml`), else it is HTML already.
 */
export function markupOf(element: XmlElement, options: { isXhtml: boolean; baseUrl: string | null }): string {
  let html = '';
  for (const child of element.children) {
    if (typeof child === 'string') html += options.isXhtml ? escapeText(child) : child;
    else html += elementMarkup(child, options);
  }
  return html;
}

export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function elementMarkup(element: XmlElement, options: { isXhtml: boolean; baseUrl: string | null }): string {
  const [prefix, local] = splitName(element.name);
  if (prefix === 'svg' || prefix === 'mathml') return '';
  const ownBase = attribute(element, 'xml:base');
  const baseUrl = ownBase === null ? options.baseUrl : (resolveUrl(ownBase, options.baseUrl) ?? options.baseUrl);
  const inside = markupOf(element, { isXhtml: options.isXhtml, baseUrl });
  if (prefix !== '' && prefix !== 'xhtml') return inside;
  const tag = `<${local}${attributesMarkup(element, baseUrl)}>`;
  return VOID_ELEMENTS.has(local) ? tag + inside : `${tag}${inside}</${local}>`;
}

function attributesMarkup(element: XmlElement, baseUrl: string | null): string {
  let markup = '';
  for (const { name, value } of element.attributes) {
    if (name === 'xml:lang') markup += ` lang="${escapeValue(value)}"`;
    if (name.includes(':')) continue;
    const absolute = ADDRESS_ATTRIBUTES.has(name) ? resolveUrl(value, baseUrl) : null;
    markup += ` ${name}="${escapeValue(absolute ?? value)}"`;
  }
  return markup;
}

function escapeValue(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}

function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}
