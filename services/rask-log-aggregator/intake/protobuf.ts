/**
 * As much of the protobuf wire format as OTLP's log messages need, read by tables of fields. Format:
 * https://protobuf.dev/programming-guides/encoding; messages: opentelemetry-proto, logs/v1/logs.proto.
 */

type Kind = 'text' | 'bytes' | 'bool' | 'int' | 'double' | 'fixed64' | 'fixed32';
type Field = { name: string; kind: Kind | (() => Message); repeated?: boolean };
type Message = Record<number, Field>;

const anyValue: Message = {
  1: { name: 'stringValue', kind: 'text' },
  2: { name: 'boolValue', kind: 'bool' },
  3: { name: 'intValue', kind: 'int' },
  4: { name: 'doubleValue', kind: 'double' },
  5: { name: 'arrayValue', kind: () => arrayValue },
  6: { name: 'kvlistValue', kind: () => keyValueList },
  7: { name: 'bytesValue', kind: 'bytes' },
};
const arrayValue: Message = { 1: { name: 'values', kind: () => anyValue, repeated: true } };
const keyValue: Message = { 1: { name: 'key', kind: 'text' }, 2: { name: 'value', kind: () => anyValue } };
const keyValueList: Message = { 1: { name: 'values', kind: () => keyValue, repeated: true } };
const attributes = { name: 'attributes', kind: () => keyValue, repeated: true };
const logRecord: Message = {
  1: { name: 'timeUnixNano', kind: 'fixed64' },
  2: { name: 'severityNumber', kind: 'int' },
  3: { name: 'severityText', kind: 'text' },
  5: { name: 'body', kind: () => anyValue },
  6: attributes,
  9: { name: 'traceId', kind: 'bytes' },
  10: { name: 'spanId', kind: 'bytes' },
  11: { name: 'observedTimeUnixNano', kind: 'fixed64' },
  12: { name: 'eventName', kind: 'text' },
};
const scope: Message = { 1: { name: 'name', kind: 'text' } };
const scopeLogs: Message = {
  1: { name: 'scope', kind: () => scope },
  2: { name: 'logRecords', kind: () => logRecord, repeated: true },
};
const resource: Message = { 1: attributes };
const resourceLogs: Message = {
  1: { name: 'resource', kind: () => resource },
  2: { name: 'scopeLogs', kind: () => scopeLogs, repeated: true },
};
const request: Message = { 1: { name: 'resourceLogs', kind: () => resourceLogs, repeated: true } };

/** Values nest no deeper, so that no message can exhaust the stack. */
const MAXIMUM_DEPTH = 40;

export class BadProtobuf extends Error {}

/** An ExportLogsServiceRequest as OTLP's JSON would have it: names in camelCase, 64-bit numbers as texts, ids in hex. */
export function readLogsRequest(bytes: Buffer): unknown {
  return readMessage(bytes, request, MAXIMUM_DEPTH);
}

function readMessage(bytes: Buffer, message: Message, depth: number): Record<string, unknown> {
  if (depth === 0) throw new BadProtobuf('too deep');
  const result: Record<string, unknown> = {};
  const reader = new Reader(bytes);
  while (reader.at < bytes.length) {
    const tag = Number(reader.varint());
    const [number, wire] = [tag >>> 3, tag & 7];
    const field = message[number];
    const raw = reader.raw(wire);
    if (!field) continue;
    const value = contentOf(field, raw, depth);
    if (!field.repeated) result[field.name] = value;
    else if (Array.isArray(result[field.name])) (result[field.name] as unknown[]).push(value);
    else result[field.name] = [value];
  }
  return result;
}

function contentOf({ kind, name }: Field, raw: bigint | Buffer, depth: number): unknown {
  if (typeof kind === 'function') return readMessage(bytesOf(raw), kind(), depth - 1);
  switch (kind) {
    case 'text':
      return bytesOf(raw).toString('utf8');
    case 'bytes':
      return bytesOf(raw).toString(name === 'bytesValue' ? 'base64' : 'hex');
    case 'bool':
      return raw !== 0n;
    case 'int':
      return typeof raw === 'bigint' ? String(BigInt.asIntN(64, raw)) : wrong();
    case 'fixed64':
      return sized(raw, 8).readBigUInt64LE(0).toString();
    case 'double':
      return sized(raw, 8).readDoubleLE(0);
    case 'fixed32':
      return sized(raw, 4).readUInt32LE(0);
  }
}

class Reader {
  at = 0;
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new BadProtobuf('it ends in the middle of a number');
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new BadProtobuf('a number is too long');
  }

  /** What stands after a tag: a number, or the bytes of everything else. */
  raw(wire: number): bigint | Buffer {
    if (wire === 0) return this.varint();
    if (wire === 1) return this.take(8);
    if (wire === 5) return this.take(4);
    if (wire === 2) return this.take(Number(this.varint()));
    throw new BadProtobuf('it has a group, which proto3 has not');
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw new BadProtobuf('it ends in the middle of a field');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function bytesOf(raw: bigint | Buffer): Buffer {
  return typeof raw === 'bigint' ? wrong() : raw;
}

function sized(raw: bigint | Buffer, length: number): Buffer {
  const bytes = bytesOf(raw);
  return bytes.length === length ? bytes : wrong();
}

function wrong(): never {
  throw new BadProtobuf('a field has the wrong type');
}

/** An ExportLogsServiceResponse: empty where everything was kept. */
export function writeLogsResponse(rejected: number, message: string): Buffer {
  if (rejected === 0) return Buffer.alloc(0);
  const text = Buffer.from(message);
  const partial = Buffer.concat([Buffer.from([0x08, ...varintOf(rejected), 0x12, ...varintOf(text.length)]), text]);
  return Buffer.concat([Buffer.from([0x0a, ...varintOf(partial.length)]), partial]);
}

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left & 0x7f) | 0x80);
  return [...bytes, left];
}
