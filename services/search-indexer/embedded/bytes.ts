/** Bytes that grow while they are written. */
export interface ByteWriter {
  bytes: Uint8Array;
  length: number;
}

export function createBytes(capacity = 1_024): ByteWriter {
  return { bytes: new Uint8Array(capacity), length: 0 };
}

function reserve(writer: ByteWriter, more: number): void {
  const needed = writer.length + more;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, writer.bytes.length * 2));
  grown.set(writer.bytes.subarray(0, writer.length));
  writer.bytes = grown;
}

/** Seven bits a byte, low ones first, the top bit says that more follow; for whole numbers below 2^53. */
export function writeVarint(writer: ByteWriter, value: number): void {
  reserve(writer, 8);
  const { bytes } = writer;
  let rest = value;
  while (rest > 0x7f_ff_ff_ff) {
    bytes[writer.length++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[writer.length++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[writer.length++] = rest;
}

/** Four bytes, the low ones first. */
export function writeUint32(writer: ByteWriter, value: number): void {
  reserve(writer, 4);
  const { bytes } = writer;
  bytes[writer.length++] = value & 255;
  bytes[writer.length++] = (value >>> 8) & 255;
  bytes[writer.length++] = (value >>> 16) & 255;
  bytes[writer.length++] = value >>> 24;
}

export function writeBytes(writer: ByteWriter, source: Uint8Array, from = 0, to = source.length): void {
  const size = to - from;
  reserve(writer, size);
  if (size < 24) {
    for (let index = 0; index < size; index += 1) writer.bytes[writer.length + index] = source[from + index] ?? 0;
  } else {
    writer.bytes.set(source.subarray(from, to), writer.length);
  }
  writer.length += size;
}

/** Where reading stands in some bytes. */
export interface ByteReader {
  bytes: Uint8Array;
  at: number;
}

export function readVarint(reader: ByteReader): number {
  const { bytes } = reader;
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes[reader.at++] ?? 0;
    if (byte < 128) return value + byte * factor;
    value += (byte - 128) * factor;
    factor *= 128;
  }
}

/** A list of 32-bit numbers that grows without boxing them. */
export interface NumberList {
  values: Int32Array;
  length: number;
}

export function createNumbers(capacity = 1_024): NumberList {
  return { values: new Int32Array(capacity), length: 0 };
}

export function pushNumber(list: NumberList, value: number): void {
  if (list.length === list.values.length) {
    const grown = new Int32Array(list.values.length * 2);
    grown.set(list.values);
    list.values = grown;
  }
  list.values[list.length++] = value;
}
