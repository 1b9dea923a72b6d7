/** Takes exact numbers of bytes from a stream of chunks. */
export interface ByteReader {
  /** The next `length` bytes, or fewer where the stream ends before. */
  read(length: number): Promise<Buffer>;
  /** The bytes up to and including the first line break among the next `maximum`; null if there is none. */
  readLine(maximum: number): Promise<Buffer | null>;
}

/** Reads from chunks of any size; keeps no more than one chunk beyond what was asked for. */
export function createByteReader(chunks: AsyncIterable<Buffer>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let pending: Buffer[] = [];
  let available = 0;

  const fill = async (wanted: number): Promise<void> => {
    while (available < wanted) {
      const { done, value } = await iterator.next();
      if (done) return;
      pending.push(value);
      available += value.length;
    }
  };
  const take = (length: number): Buffer => {
    const all = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending);
    const rest = all.subarray(length);
    pending = rest.length > 0 ? [rest] : [];
    available = rest.length;
    return all.subarray(0, length);
  };
  return {
    async read(length) {
      await fill(length);
      return take(length);
    },
    async readLine(maximum) {
      await fill(maximum);
      const end = Buffer.concat(pending).subarray(0, maximum).indexOf(0x0a);
      return end === -1 ? null : take(end + 1);
    },
  };
}
