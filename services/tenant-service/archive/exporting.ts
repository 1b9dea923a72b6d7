import { createHash } from 'node:crypto';
import type { Queryable } from '@alt/database';
import { settingsOf } from '../settings.ts';
import * as store from '../store/archives.ts';
import { writeAudit } from '../store/audit.ts';
import * as jobs from '../store/jobs.ts';
import { type ArchiveWriter, createArchiveWriter } from './format.ts';
import { fetchRows } from './keepers.ts';
import type { DomainRow, InvitationRow, MemberRow } from './rows.ts';
import { type ArchiveTools, FinalError, type Work } from './work.ts';

const PIECE_BYTES = 256 * 1024;
const PAGE = 1_000;

/** Makes the archive of a tenant, piece by piece; nothing of it is ever whole in memory. */
export async function exportTenant(tools: ArchiveTools, work: Work): Promise<void> {
  const { database } = tools;
  const { job, worker, reader, progress } = work;
  await database.asReader(reader, (tx) => jobs.removePieces(tx, job.id)); // of a worker that is gone
  let rows = 0;
  const writer = createArchiveWriter(reader.tenantId, (part, count) => {
    progress.step = part;
    progress.rows = rows + count;
  });
  const onAbort = () => writer.destroy(new Error('The export was broken off'));
  work.signal.addEventListener('abort', onAbort, { once: true });
  const stored = storePieces(tools, work, writer.output);
  stored.catch((error: unknown) => writer.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    await writeParts(tools, work, writer, (count) => {
      rows += count;
    });
    const { remarks } = await writer.end();
    const { digest, sizeBytes } = await stored;
    await database.asReader(reader, async (tx) => {
      const isMine = await jobs.finishJob(tx, { id: job.id, worker, rows: progress.rows, remarks, sizeBytes, digest });
      if (!isMine) return;
      await store.knowArchive(tx, reader.tenantId, digest);
      await writeAudit(tx, { ...reader, address: '' }, 'tenant-exported', { sizeBytes, rows: progress.rows });
    });
  } catch (error) {
    writer.destroy(error instanceof Error ? error : new Error(String(error)));
    await stored.catch(() => {});
    throw error;
  } finally {
    work.signal.removeEventListener('abort', onAbort);
  }
}

async function writeParts(
  { database, keepers }: ArchiveTools,
  { reader, signal, progress }: Work,
  writer: ArchiveWriter,
  onPart: (rows: number) => void,
): Promise<void> {
  const { tenantId } = reader;
  const part = async (name: string, rows: Parameters<ArchiveWriter['part']>[1]) => {
    const before = progress.rows;
    await writer.part(name, rows);
    onPart(progress.rows - before);
  };
  // One look at the database, so that the parts agree with each other.
  await database.asReader(
    reader,
    async (tx) => {
      const tenant = await store.readTenant(tx, tenantId);
      if (!tenant) throw new FinalError('The tenant is gone.');
      await part('tenant', [JSON.stringify({ ...tenant, settings: settingsOf(tenant.settings) })]);
      await part(
        'members',
        paged<MemberRow>((last) => store.pageMembers(tx, tenantId, last, PAGE)),
      );
      await part('invitations', invitationsOf(tx, tenantId));
      await part(
        'domains',
        (await store.listDomains(tx, tenantId)).map((row: DomainRow) => JSON.stringify(row)),
      );
      await part('audit', auditOf(tx, tenantId));
    },
    { isolation: 'repeatable read', isReadOnly: true },
  );
  for (const keeper of keepers) {
    await part(keeper.name, await fetchRows(keeper, tenantId, signal));
  }
}

/** All rows of a list that is read page by page. */
async function* paged<Row>(next: (last: Row | null) => Promise<Row[]>): AsyncGenerator<string> {
  let last: Row | null = null;
  for (;;) {
    const page: Row[] = await next(last);
    for (const row of page) yield JSON.stringify(row);
    last = page.at(-1) ?? null;
    if (page.length < PAGE) return;
  }
}

async function* invitationsOf(tx: Queryable, tenantId: string): AsyncGenerator<string> {
  type Row = InvitationRow & { id: string };
  for await (const line of paged<Row>((last) => store.pageInvitations(tx, tenantId, last, PAGE))) {
    const { id: _id, ...row } = JSON.parse(line) as Row;
    yield JSON.stringify(row);
  }
}

/** First what came with an archive, then what this instance wrote. */
async function* auditOf(tx: Queryable, tenantId: string): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const page = await store.pageOldLines(tx, tenantId, after, PAGE);
    for (const { line } of page) yield JSON.stringify(line);
    after = page.at(-1)?.position ?? after;
    if (page.length < PAGE) break;
  }
  for (let after = 0; ; ) {
    const page = await store.pageLines(tx, tenantId, after, PAGE);
    for (const { line } of page) yield JSON.stringify(line);
    after = page.at(-1)?.id ?? after;
    if (page.length < PAGE) return;
  }
}

async function storePieces({ database }: ArchiveTools, { job, reader }: Work, bytes: AsyncIterable<Buffer>) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let position = 0;
  for await (const piece of inPieces(bytes)) {
    hash.update(piece);
    sizeBytes += piece.length;
    await database.asReader(reader, (tx) => jobs.insertPiece(tx, job.id, position, piece));
    position += 1;
  }
  return { digest: hash.digest(), sizeBytes };
}

/** The same bytes in pieces of 256 KiB. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - size);
      waiting.push(part);
      size += part.length;
      at += part.length;
      if (size < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      [waiting, size] = [[], 0];
    }
  }
  if (size > 0) yield Buffer.concat(waiting);
}
