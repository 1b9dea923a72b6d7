import type { SearchNode, SearchQuery } from './query.ts';

/** Writes a query so that reading it gives the same again. */
export function printQuery({ root, isPlain }: SearchQuery): string {
  // Words that are all required, though nothing else shows it.
  const isBare =
    root.kind === 'and' && root.parts.every((part) => part.kind === 'word' && part.field === 'text' && !part.isPrefix);
  return printNode(root, isBare && !isPlain ? ' AND ' : ' ');
}

function printNode(node: SearchNode, and = ' '): string {
  switch (node.kind) {
    case 'and':
      return node.parts.map((part) => printPart(part)).join(and);
    case 'or':
      return node.parts.map((part) => printPart(part)).join(' OR ');
    case 'not':
      return `-${node.part.kind === 'not' ? `(${printNode(node.part)})` : printPart(node.part)}`;
    case 'word':
      return `${PREFIXES[node.field]}${node.text}${node.isPrefix ? '*' : ''}`;
    case 'phrase':
      return `${PREFIXES[node.field]}"${node.text}"`;
    case 'lang':
      return `lang:${node.language}`;
    case 'is':
      return `is:${node.state}`;
    case 'has':
      return `has:${node.what}`;
    case 'after':
    case 'before':
      return `${node.kind}:${node.date}`;
    default:
      return `${node.kind}:${/[\s()]/u.test(node.name) ? `"${node.name}"` : node.name}`;
  }
}

const PREFIXES = { text: '', title: 'intitle:', author: 'author:', url: 'inurl:' } as const;

function printPart(node: SearchNode): string {
  return node.kind === 'and' || node.kind === 'or' ? `(${printNode(node)})` : printNode(node);
}
