const SCANNED_XML_BYTES = 1_024;
const SCANNED_HTML_BYTES = 8_192;

/** The encoding label a document carries itself: the XML declaration, or the `meta` elements of an HTML page. */
export function declaredEncoding(bytes: Uint8Array, kind: 'xml' | 'html'): string | null {
  const scanned = bytes.subarray(0, kind === 'xml' ? SCANNED_XML_BYTES : SCANNED_HTML_BYTES);
  const head = Buffer.from(scanned.buffer, scanned.byteOffset, scanned.byteLength).toString('latin1');
  const fromXml = /<\?xml[^>]{0,200}?\sencoding\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(head)?.[1] ?? null;
  return fromXml ?? (kind === 'html' ? metaEncoding(head) : null);
}

function metaEncoding(head: string): string | null {
  for (const [tag] of head.matchAll(/<meta[\s/][^>]{0,1000}>/gi)) {
    const label = /charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(tag)?.[1];
    if (label !== undefined) return label;
  }
  return null;
}
