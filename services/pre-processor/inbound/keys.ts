import { canonicalAddress } from '../clusters/address.ts';
import { shortHash } from '../storable.ts';

// By these an article that came another way and the same one of a poll find each other (table inbound_keys).

/** The hash of an address as other feeds may write it too; null where it says nothing of the article. */
export function linkKeyOf(url: string | null): string | null {
  const address = canonicalAddress(url);
  return address === null ? null : shortHash(`link\n${address}`.toWellFormed());
}

const TELLING_LENGTH = 60;

/** The hash of title and text; null where the text is too short to tell articles apart. */
export function textKeyOf(text: string, textHash: string): string | null {
  return text.length < TELLING_LENGTH ? null : textHash;
}
