import type { XmlAttribute, XmlElement } from './element.ts';
import { documentScope, type NamespaceScope } from './namespaces.ts';
import { createReferenceDecoder, type ReferenceDecoder } from './references.ts';
import { createSeek, type Seek } from './tags.ts';

export interface XmlOptions {
  /** Local names of the elements that may be the root; what stands before the root is skipped. */
  roots: ReadonlySet<string>;
  /** Canonical names of the elements that are collected in `entries` and cannot contain each other. */
  entries: ReadonlySet<string>;
  maxEntries: number;
}

export interface XmlEntry {
  element: XmlElement;
  /** The `xml:base` values of the elements around it, outermost first. */
  bases: readonly string[];
  language: string | null;
}

export interface XmlDocument {
  root: XmlElement;
  /** The default namespace that the root declares. */
  namespace: string;
  entries: XmlEntry[];
  isCutShort: boolean;
  hasTooManyEntries: boolean;
  hasTooManyElements: boolean;
  hasUnclosedEntries: boolean;
  isFlattened: boolean;
  hasGarbageBefore: boolean;
}

export type XmlOutcome = { ok: true; document: XmlDocument } | { ok: false; reason: 'no-root' | 'html' | 'too-deep' };

const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

export interface OpenElement {
  element: XmlElement;
  rawName: string;
  outerScope: NamespaceScope;
  isEntry: boolean;
}

/** The state of one reading. */
export interface Reading {
  text: string;
  options: XmlOptions;
  seek: Seek;
  decode: ReferenceDecoder;
  scope: NamespaceScope;
  stack: OpenElement[];
  /** How many elements of each name are open: an end tag without a beginning costs one look-up. */
  openCounts: Map<string, number>;
  document: XmlDocument;
  hasRoot: boolean;
  elementCount: number;
  flattenedCount: number;
  tagsBeforeRoot: number;
  /** An HTML page was begun; only an unmistakable feed inside it is still accepted. */
  isHtml: boolean;
  stop: 'done' | 'too-deep' | null;
}

export function beginReading(text: string, options: XmlOptions): Reading {
  return {
    text,
    options,
    seek: createSeek(text),
    decode: createReferenceDecoder(''),
    scope: documentScope(),
    stack: [],
    openCounts: new Map(),
    document: {
      root: { name: '', attributes: NO_ATTRIBUTES, children: [] },
      namespace: '',
      entries: [],
      isCutShort: false,
      hasTooManyEntries: false,
      hasTooManyElements: false,
      hasUnclosedEntries: false,
      isFlattened: false,
      hasGarbageBefore: false,
    },
    hasRoot: false,
    elementCount: 0,
    flattenedCount: 0,
    tagsBeforeRoot: 0,
    isHtml: false,
    stop: null,
  };
}
