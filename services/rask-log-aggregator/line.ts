import { type LogLevel, logLevel } from '@alt/contracts';
import { maskField, maskText } from '@alt/service-kit/masking.ts';

/** A line as stores take it: the names of their columns, ready for `JSON.stringify`. */
export interface StoredLine {
  timestamp: string;
  id: string;
  level: LogLevel;
  message: string;
  service_name: string;
  service_type: string;
  log_type: string;
  service_group: string;
  stream: string;
  container_id: string;
  trace_id: string;
  span_id: string;
  request_id: string;
  fields: Record<string, string>;
}

/** Why one line cannot be kept: a stable code, and what its sender can do. */
export interface LineRefusal {
  code: string;
  detail: string;
}

export const LINE_LIMITS = {
  message: 32_768,
  /** Of names such as the service's, the container's and the request's. */
  word: 200,
  fields: 64,
  fieldName: 100,
  fieldValue: 8_192,
  depth: 6,
  /** How far a sender's clock may be ahead. */
  aheadMs: 24 * 3_600_000,
};

/** Words of other loggers, and numbers of pino and syslog-like severities, as levels. */
const LEVELS: Record<string, LogLevel> = {
  trace: 'debug',
  verbose: 'debug',
  debug: 'debug',
  info: 'info',
  information: 'info',
  notice: 'info',
  log: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
  fatal: 'fatal',
  '10': 'debug',
  '20': 'debug',
  '30': 'info',
  '40': 'warn',
  '50': 'error',
  '60': 'fatal',
};

export class BadLine extends Error implements LineRefusal {
  readonly code: string;
  readonly detail: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}

/**
 * Checks what a sender calls a line and makes it what is stored, masked. `fallbackId` is its id where the sender gave none.
 * Lines before `oldestMs` would be dropped at once and are refused. Throws BadLine.
 */
export function readLine(given: unknown, options: { fallbackId: string; oldestMs: number; nowMs: number }): StoredLine {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new BadLine('not-an-object', 'A line is a JSON object.');
  }
  const line = given as Record<string, unknown>;
  const service = wordOf(line, 'service_name');
  if (service === '') throw new BadLine('service-missing', 'Say in "service_name" which service wrote the line.');
  return {
    timestamp: timestampOf(line.timestamp, options),
    id: idOf(line.id) || options.fallbackId,
    level: levelOf(line.level),
    message: maskText(messageOf(line.message)),
    service_name: service,
    service_type: wordOf(line, 'service_type'),
    log_type: wordOf(line, 'log_type'),
    service_group: wordOf(line, 'service_group'),
    stream: wordOf(line, 'stream'),
    container_id: wordOf(line, 'container_id'),
    trace_id: wordOf(line, 'trace_id'),
    span_id: wordOf(line, 'span_id'),
    request_id: wordOf(line, 'request_id'),
    fields: fieldsOf(line.fields),
  };
}

function messageOf(value: unknown): string {
  if (typeof value !== 'string') throw new BadLine('message-missing', 'A line has a text in "message".');
  const text = storable(value);
  return text.length > LINE_LIMITS.message ? `${text.slice(0, LINE_LIMITS.message - 1)}…` : text;
}

/** Postgres stores no NUL, and half a surrogate pair is no text. */
function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole;
}

function wordOf(line: Record<string, unknown>, name: string): string {
  const value = line[name];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new BadLine('wrong-type', `"${name}" must be a text.`);
  if (value.length > LINE_LIMITS.word) {
    throw new BadLine('too-long', `"${name}" may have at most ${LINE_LIMITS.word} characters.`);
  }
  return storable(value);
}

function idOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value !== 'string' || !/^[\w.:/+=-]{1,128}$/.test(value)) {
    throw new BadLine('bad-id', '"id" must be at most 128 letters, digits and signs of . : / + = - _');
  }
  return value;
}

function levelOf(value: unknown): LogLevel {
  if (value === undefined || value === null || value === '') return 'info';
  const level = LEVELS[String(value).toLowerCase()];
  if (!level) throw new BadLine('unknown-level', `"level" must be one of ${logLevel.options.join(', ')}.`);
  return level;
}

/** RFC 3339, to the microsecond as far as it was given. */
function timestampOf(value: unknown, { oldestMs, nowMs }: { oldestMs: number; nowMs: number }): string {
  const parts =
    typeof value === 'string'
      ? /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/i.exec(value)
      : null;
  const ms = parts ? Date.parse(`${parts[1]?.replace(' ', 'T')}${parts[3]?.toUpperCase()}`) : Number.NaN;
  if (!parts || Number.isNaN(ms)) {
    throw new BadLine('bad-timestamp', '"timestamp" must be a time such as 2026-11-22T08:30:00.123Z.');
  }
  if (ms < oldestMs) throw new BadLine('too-old', 'The line is older than logs are kept here.');
  if (ms > nowMs + LINE_LIMITS.aheadMs)
    throw new BadLine('in-the-future', 'The line is more than a day ahead. Set the clock.');
  const fraction = (parts[2] ?? '').slice(0, 6).padEnd(6, '0');
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction}Z`;
}

function fieldsOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new BadLine('wrong-type', '"fields" must be an object of names and values.');
  }
  const entries = Object.entries(value);
  if (entries.length > LINE_LIMITS.fields) {
    throw new BadLine('too-many-fields', `A line may have at most ${LINE_LIMITS.fields} fields.`);
  }
  const fields: Record<string, string> = {};
  for (const [name, content] of entries) {
    if (content === null || content === undefined) continue;
    if (name.length > LINE_LIMITS.fieldName) throw new BadLine('too-long', 'The name of a field is too long.');
    checkDepth(content, LINE_LIMITS.depth);
    const text = storable(typeof content === 'string' ? content : JSON.stringify(content));
    fields[storable(name)] = maskField(name, text.slice(0, LINE_LIMITS.fieldValue));
  }
  return fields;
}

function checkDepth(value: unknown, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw new BadLine('too-deep', `A field may be nested ${LINE_LIMITS.depth} deep.`);
  for (const child of Object.values(value)) checkDepth(child, left - 1);
}
