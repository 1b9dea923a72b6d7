/** An element of a document that was read; names are canonical, see `namespaces.ts`. */
export interface XmlElement {
  name: string;
  attributes: readonly XmlAttribute[];
  children: (XmlElement | string)[];
}

/** Names are lower case with the document's own prefix; values are decoded. */
export interface XmlAttribute {
  name: string;
  value: string;
}

/** Of text that is shown on one line. Content is not read this way. */
const MAX_TEXT_LENGTH = 20_000;

/** The attribute's trimmed value; null when it is missing or blank. */
export function attribute(element: XmlElement, name: string): string | null {
  for (const candidate of element.attributes) {
    if (candidate.name === name) return candidate.value.trim() || null;
  }
  return null;
}

export function* elementsNamed(parent: XmlElement, ...names: string[]): Generator<XmlElement> {
  for (const child of parent.children) {
    if (typeof child !== 'string' && names.includes(child.name)) yield child;
  }
}

export function firstNamed(parent: XmlElement, name: string): XmlElement | null {
  for (const child of parent.children) {
    if (typeof child !== 'string' && child.name === name) return child;
  }
  return null;
}

/** All text inside an element, at any depth, with blanks collapsed; null when there is none. */
export function textOf(element: XmlElement | null): string | null {
  if (element === null) return null;
  const [only] = element.children;
  const raw = element.children.length === 1 && typeof only === 'string' ? only : rawTextOf(element);
  return (raw.length > MAX_TEXT_LENGTH ? raw.slice(0, MAX_TEXT_LENGTH) : raw).replace(/\s+/g, ' ').trim() || null;
}

/** The text of the first child of these names that has any, in the order of the names. */
export function firstText(parent: XmlElement, ...names: string[]): string | null {
  for (const name of names) {
    for (const child of parent.children) {
      const text = typeof child === 'string' || child.name !== name ? null : textOf(child);
      if (text !== null) return text;
    }
  }
  return null;
}

export function hasElements(element: XmlElement): boolean {
  return element.children.some((child) => typeof child !== 'string');
}

/** All text inside an element as it stands. Recursion is bounded by the reader's depth limit. */
export function rawTextOf(element: XmlElement): string {
  let text = '';
  for (const child of element.children) text += typeof child === 'string' ? child : rawTextOf(child);
  return text;
}
