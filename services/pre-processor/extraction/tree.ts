import JSDOMParser from '@mozilla/readability/JSDOMParser.js';

/** A node of a page: the part of the DOM that Readability's own tree builder has and we use. */
export interface PageNode {
  nodeType: number;
  textContent: string;
  parentNode: PageElement | null;
  remove(): void;
}

export interface PageElement extends PageNode {
  /** Upper case. */
  tagName: string;
  innerHTML: string;
  attributes: { name: string; value: string }[];
  childNodes: PageNode[];
  children: PageElement[];
  /** Unlike in browsers, undefined where there is none. */
  getAttribute(name: string): string | undefined;
  getElementsByTagName(name: string): PageElement[];
}

export interface PageDocument {
  title: string;
  documentElement: PageElement;
  head: PageElement;
  body: PageElement;
  getElementsByTagName(name: string): PageElement[];
}

export const TEXT_NODE = 3;

/**
 * The tree of bounded markup. Mozilla's builder takes a third of the time of linkedom here and gives Readability the same
 * results on 170 pages (docs/decisions); it wants well-formed input, which `boundMarkup` writes.
 */
export function parseTree(html: string, url: string): PageDocument {
  return new JSDOMParser().parse(html, url);
}

/** The text of an element, blanks collapsed. */
export function plainText(node: PageNode): string {
  return node.textContent.replace(/\s+/g, ' ').trim();
}

/** The beginning of an element's text with blanks between its nodes, so that a heading does not stick to what follows. */
export function spacedText(element: PageElement, maxLength: number): string {
  const parts: string[] = [];
  let length = 0;
  const collect = (parent: PageElement): void => {
    for (const node of parent.childNodes) {
      if (length >= maxLength) return;
      if (isElement(node)) collect(node);
      else if (node.nodeType === TEXT_NODE && node.textContent.trim() !== '') {
        parts.push(node.textContent);
        length += node.textContent.length;
      }
    }
  };
  collect(element);
  return parts.join(' ').slice(0, maxLength).replace(/\s+/g, ' ').trim();
}

/** The share of an element's text that is links, 0 to 1. */
export function linkShare(element: PageElement, textLength = plainText(element).length): number {
  if (textLength === 0) return 0;
  const linked = element.getElementsByTagName('a').reduce((sum, link) => sum + plainText(link).length, 0);
  return Math.min(1, linked / textLength);
}

export function isElement(node: PageNode): node is PageElement {
  return node.nodeType === 1;
}
