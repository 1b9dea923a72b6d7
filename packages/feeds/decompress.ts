import { gunzipSync, inflateSync } from 'node:zlib';

const MAX_LENGTH = 32 * 1024 * 1024;

/**
 * The inside of a document that is still packed (a `.xml.gz`, or a server that packs without saying so); null when it is not
 * packed or unpacks to more than 32 MiB.
 */
export function decompressed(bytes: Uint8Array): Uint8Array | null {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes[0] === 0x78 && (bytes[1] === 0x01 || bytes[1] === 0x9c || bytes[1] === 0xda);
  if (!isGzip && !isZlib) return null;
  try {
    return isGzip
      ? gunzipSync(bytes, { maxOutputLength: MAX_LENGTH })
      : inflateSync(bytes, { maxOutputLength: MAX_LENGTH });
  } catch {
    return null;
  }
}
