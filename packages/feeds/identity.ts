import { createHash } from 'node:crypto';
import type { ParsedItem } from './feed.ts';

export interface ItemIdentity {
  kind: 'guid' | 'url' | 'content';
  value: string;
}

/** What makes an item the same one on the next poll: its guid, else its address, else its title and text (SHA-256, hex). */
export function itemIdentity(item: ParsedItem): ItemIdentity {
  if (item.guid !== null) return { kind: 'guid', value: item.guid };
  if (item.url !== null) return { kind: 'url', value: item.url };
  const hash = createHash('sha256').update(`${item.title ?? ''}\u0000${item.text}`);
  return { kind: 'content', value: hash.digest('hex') };
}
