import { randomBytes } from 'node:crypto';
import { type LogVerdicts, Problem } from '@alt/contracts';
import { BadLine, readLine } from '../line.ts';
import type { Spool } from '../spool/spool.ts';
import { type BodyLimits, type Room, readBody } from './body.ts';
import { createSplitter } from './ndjson.ts';

export interface IntakeOptions {
  spool: Spool;
  room: Room;
  limits: BodyLimits & { maximumLines: number; maximumLineBytes: number };
  daysKept: number;
  onVerdict(verdict: 'accepted' | 'duplicate' | 'refused', count: number): void;
}

/** Lines of one request, checked one by one and kept together: all that were accepted are durable when `keep` resolves. */
export interface Batch {
  /** A line that its sender wrote; one that is bad refuses itself alone. */
  add(number: number, line: unknown): void;
  refuse(number: number, code: string, detail: string): void;
  keep(): Promise<LogVerdicts>;
  /** Gives back the room that the lines took. */
  release(): void;
}

const DAY_MS = 24 * 3_600_000;
const VERDICTS_SHOWN = 1_000;
/** Records of the spool hold about so much: few enough for its overhead, small enough to be read at once. */
const RECORD_CHARACTERS = 256 * 1024;

/** Keeps the lines of an NDJSON body. `batchId` makes the ids of lines that have none, the same at each retry. */
export async function takeLines(
  request: Request,
  batchId: string | null,
  options: IntakeOptions,
): Promise<LogVerdicts> {
  const batch = createBatch(batchId, options);
  try {
    const splitter = createSplitter(options.limits, (number, text) => {
      if (text === null) {
        return batch.refuse(number, 'too-long', `A line may have at most ${options.limits.maximumLineBytes} bytes.`);
      }
      const line = parse(text);
      if (line === undefined) batch.refuse(number, 'invalid-json', 'The line is no JSON.');
      else batch.add(number, line);
    });
    for await (const chunk of readBody(request, options.limits)) splitter.push(chunk);
    splitter.end();
    return await batch.keep();
  } finally {
    batch.release();
  }
}

export function createBatch(batchId: string | null, { spool, room, daysKept, onVerdict }: IntakeOptions): Batch {
  const nowMs = Date.now();
  const oldestMs = nowMs - daysKept * DAY_MS;
  const base = batchId ?? `${nowMs.toString(36)}-${randomBytes(9).toString('base64url')}`;
  const seen = new Set<string>();
  const records: Buffer[] = [];
  const verdicts: LogVerdicts['verdicts'] = [];
  const counts = { accepted: 0, duplicates: 0, refused: 0 };
  let taken = 0;
  let text = '';
  const finishRecord = () => {
    if (text === '') return;
    const record = Buffer.from(text);
    room.take(record.length);
    taken += record.length;
    records.push(record);
    text = '';
  };
  const refuse = (line: number, code: string, detail: string) => {
    counts.refused += 1;
    if (verdicts.length < VERDICTS_SHOWN) verdicts.push({ line, verdict: 'refused', code, detail });
  };
  return {
    add(number, given) {
      try {
        const fallbackId = `${base}.${number.toString(36).padStart(5, '0')}`;
        const line = readLine(given, { fallbackId, oldestMs, nowMs });
        const key = `${line.timestamp} ${line.id}`;
        if (seen.has(key)) {
          counts.duplicates += 1;
          if (verdicts.length < VERDICTS_SHOWN) {
            const detail = 'Another line of this request has the same id and time.';
            verdicts.push({ line: number, verdict: 'duplicate', code: 'duplicate', detail });
          }
          return;
        }
        seen.add(key);
        counts.accepted += 1;
        text += `${JSON.stringify(line)}\n`;
        if (text.length > RECORD_CHARACTERS) finishRecord();
      } catch (error) {
        if (!(error instanceof BadLine)) throw error;
        refuse(number, error.code, error.detail);
      }
    },
    refuse,
    async keep() {
      finishRecord();
      if (records.length > 0) await spool.append(records);
      onVerdict('accepted', counts.accepted);
      onVerdict('duplicate', counts.duplicates);
      onVerdict('refused', counts.refused);
      return { ...counts, verdicts };
    },
    release() {
      room.give(taken);
      taken = 0;
    },
  };
}

/** The id of a batch as its sender names it; the ids of its lines follow from it. */
export function batchIdOf(request: Request): string | null {
  const given = request.headers.get('x-batch-id');
  if (given === null) return null;
  if (/^[\w.-]{8,80}$/.test(given)) return given;
  throw new Problem('invalid-request', 'X-Batch-Id must have 8 to 80 letters, digits and signs of _ . -');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
