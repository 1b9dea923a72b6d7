import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@alt/database';
import { beginExport, beginImport, findTenant, readFile, readJob } from '../../services/tenant-service/admin.ts';
import { readArguments, UsageError } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../wording.ts';
import { withAuth } from './auth.ts';

const LOOK_MS = 500;
/** A worker looks every half a minute, unless told otherwise. */
const PATIENCE_MS = 120_000;

/** `alt tenant export`. */
export async function exportTenant(args: string[], terminal: Terminal): Promise<number> {
  const [reference = '', file = ''] = readArguments(args, { least: 2, options: {} }).given;
  if (await stat(file).catch(() => null)) throw new Error(`${file} exists. Choose another name.`);
  await withAuth(terminal, async (auth) => {
    const tenant = await findTenant(auth, reference);
    const id = await beginExport(auth, tenant.id);
    const job = await untilDone(auth, id, terminal);
    await write(file, readFile(auth, id));
    for (const remark of job.remarks) terminal.remark(remark);
    terminal.print(`${file} holds ${tenant.name}: ${counted(job.rows, 'row')}.`);
  });
  return 0;
}

/** `alt tenant import`. */
export async function importTenant(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { owner: 'string' } });
  const [file = ''] = given;
  const { owner } = options;
  if (!owner) throw new UsageError('Say whose it becomes: --owner EMAIL.');
  if (!(await stat(file).catch(() => null))?.isFile()) throw new Error(`There is no file ${file}.`);
  await withAuth(terminal, async (auth) => {
    const id = await beginImport(auth, owner, createReadStream(file));
    const job = await untilDone(auth, id, terminal);
    for (const remark of job.remarks) terminal.remark(remark);
    terminal.print(`Made the tenant ${job.tenantId} of ${file}; ${owner} is its owner.`);
  });
  return 0;
}

/** Waits for the running tenant-service, which alone reaches the others. */
async function untilDone(auth: Database, id: string, terminal: Terminal) {
  const impatientAt = Date.now() + PATIENCE_MS;
  let step = '';
  for (;;) {
    const job = await readJob(auth, id);
    if (!job) throw new Error('The job is gone; the tenant was removed meanwhile, or its time was over.');
    if (job.state === 'done') return job;
    if (job.state === 'failed') throw new Error(job.error ?? 'It failed; the log of tenant-service says more.');
    if (job.attempts === 0 && Date.now() > impatientAt) {
      throw new Error(
        'No tenant-service took the job. Start Alt; it does the work then, and the page shows how far it is.',
      );
    }
    if (job.step !== step) terminal.replaceRemark?.(`${job.step}: ${job.rows}`);
    step = job.step;
    await sleep(LOOK_MS);
  }
}

async function write(file: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  const beside = `${file}.partial-${process.pid}`;
  try {
    await pipeline(Readable.from(bytes), createWriteStream(beside, { mode: 0o600, flags: 'wx' }));
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
