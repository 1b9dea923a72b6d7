import { Readable } from 'node:stream';
import type { Database } from '@alt/database';
import type { Jobs, Logger } from '@alt/service-kit';
import * as jobs from '../store/jobs.ts';
import type { Keeper } from './keepers.ts';

/** What the making and the reading of archives need of the world. */
export interface ArchiveTools {
  database: Database;
  log: Logger;
  jobs: Jobs;
  keepers: readonly Keeper[];
  /** The plan of a tenant that no archive of ours brings back, and how many teams one account may own. */
  plan: string;
  teamsPerAccount: number;
  /** Of what an import may unpack. */
  importMaximumBytes: number;
}

/** One job in the hands of one worker. */
export interface Work {
  job: jobs.ClaimedJob;
  worker: string;
  /** Whom the work is done for; an import has no tenant yet and names none. */
  reader: { userId: string; tenantId: string };
  /** Aborted when the claim is lost, or the service stops. */
  signal: AbortSignal;
  /** How far it is; told with the next renewal of the claim. */
  progress: { step: string; rows: number };
}

export const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/** Failed work that is worth no other try; the message is a sentence for who asked. */
export class FinalError extends Error {
  override readonly name = 'FinalError';
}

/** The pieces of a job's file, one after the other; ends with the signal's reason where that is aborted. */
export async function* piecesOf(
  database: Database,
  reader: Work['reader'],
  jobId: string,
  signal?: AbortSignal,
): AsyncGenerator<Buffer<ArrayBufferLike>> {
  for (let position = 0; ; position += 1) {
    signal?.throwIfAborted();
    const piece = await database.asReader(reader, (tx) => jobs.readPiece(tx, jobId, position), { isReadOnly: true });
    if (!piece) return;
    yield piece;
  }
}

/** Bytes as the body of a request or an answer; they are made as they are taken. */
export function bodyOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(Readable.from(chunks, { objectMode: false })) as ReadableStream<Uint8Array<ArrayBuffer>>;
}
