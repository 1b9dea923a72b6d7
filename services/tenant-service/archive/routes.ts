import { createHash } from 'node:crypto';
import {
  ARCHIVE_TYPE,
  Problem,
  readTenantExport,
  readTenantExportFile,
  readTenantImport,
  startTenantExport,
  startTenantImport,
  type TenantJob,
} from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { writeAudit } from '../store/audit.ts';
import * as jobs from '../store/jobs.ts';
import { inPieces } from './exporting.ts';
import { bodyOf, piecesOf } from './work.ts';

export interface ArchiveRoutesOptions {
  database: Database;
  /** The largest upload. */
  maximumBytes: number;
  /** A job waits. */
  onJob(): void;
}

/** Beginning, watching and fetching archives; bringing one. */
export function archiveRoutes({ database, maximumBytes, onJob }: ArchiveRoutesOptions): Route[] {
  return [
    route(startTenantExport, async ({ reader, address }) => {
      const job = await database.asReader(reader, async (tx) => {
        if (await jobs.insertExport(tx, reader.tenantId, reader.userId)) {
          await writeAudit(tx, { ...reader, address }, 'tenant-export-begun');
        }
        return jobs.readNewestExport(tx, reader.tenantId);
      });
      onJob();
      return reply(202, present(known(job)));
    }),

    route(readTenantExport, async ({ reader }) => {
      const read = database.asReader(reader, (tx) => jobs.readNewestExport(tx, reader.tenantId), { isReadOnly: true });
      return present(known(await read));
    }),

    route(readTenantExportFile, async ({ reader, address }) => {
      const job = await database.asReader(reader, async (tx) => {
        const newest = await jobs.readNewestFile(tx, reader.tenantId);
        if (newest) await writeAudit(tx, { ...reader, address }, 'tenant-export-fetched', { job: newest.id });
        return known(newest);
      });
      const day = job.createdAt.toISOString().slice(0, 10);
      return new Response(bodyOf(piecesOf(database, reader, job.id)), {
        headers: {
          'content-type': ARCHIVE_TYPE,
          'content-length': String(job.sizeBytes),
          'content-disposition': `attachment; filename="alt-tenant-${day}.ndjson.gz"`,
          'cache-control': 'private, no-store',
        },
      });
    }),

    route(startTenantImport, async ({ reader, request }) => {
      const job = await takeUpload(database, reader, request, maximumBytes);
      onJob();
      return reply(202, present(job));
    }),

    route(readTenantImport, async ({ reader, params }) => {
      const read = database.asReader(reader, (tx) => jobs.readImport(tx, reader.userId, params.id), {
        isReadOnly: true,
      });
      const job = known(await read);
      return { ...present(job), tenantId: job.tenantId };
    }),
  ];
}

/** Keeps an upload piece by piece; one that breaks off leaves nothing behind. */
async function takeUpload(database: Database, reader: Reader, request: Request, maximumBytes: number) {
  const tooLarge = () =>
    new Problem('body-too-large', `An archive may have at most ${Math.floor(maximumBytes / 1024 / 1024)} MiB here.`);
  if (Number(request.headers.get('content-length') ?? 0) > maximumBytes) throw tooLarge();
  const id = await database.asReader(reader, (tx) => jobs.insertImport(tx, reader.userId));
  if (id === null) throw new Problem('conflict', 'An import of yours is under way. Wait until it is done.');
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let position = 0;
    for await (const piece of inPieces(request.body ?? new ReadableStream({ start: (stream) => stream.close() }))) {
      sizeBytes += piece.length;
      if (sizeBytes > maximumBytes) throw tooLarge();
      if (position === 0) refuseOthers(piece);
      hash.update(piece);
      const at = position;
      await database.asReader(reader, (tx) => jobs.insertPiece(tx, id, at, piece));
      position += 1;
    }
    if (position === 0) refuseOthers(Buffer.alloc(0));
    return await database.asReader(reader, async (tx) => {
      await jobs.markUploaded(tx, reader.userId, { id, digest: hash.digest(), sizeBytes });
      return known(await jobs.readImport(tx, reader.userId, id));
    });
  } catch (error) {
    await database.asReader(reader, (tx) => jobs.removeJob(tx, id));
    throw error;
  }
}

/** The first bytes of gzip (RFC 1952, 2.3.1). */
function refuseOthers(start: Buffer): void {
  if (start[0] === 0x1f && start[1] === 0x8b) return;
  throw new Problem(
    'invalid-archive',
    'Send the archive itself, the file that an export of a tenant gave, as the body.',
  );
}

function known(job: jobs.JobRow | null): jobs.JobRow {
  if (!job) throw new Problem('not-found', 'There is no archive, or it is gone. Begin a new one.');
  return job;
}

function present(job: jobs.JobRow): TenantJob {
  const { id, state, step, rows, sizeBytes, remarks, error, createdAt, finishedAt, expiresAt } = job;
  return {
    id,
    state: state === 'uploading' ? 'queued' : state,
    step,
    rows,
    sizeBytes,
    remarks,
    error,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    expiresAt: state === 'done' ? expiresAt.toISOString() : null,
  };
}
