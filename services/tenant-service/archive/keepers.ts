import { exportTenantData, importTenantData, Problem, problemSchema } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import { linesOf } from './format.ts';
import { bodyOf } from './work.ts';

/** A service that keeps a part of what a tenant has. */
export interface Keeper {
  /** Of the service, and of its part in an archive. */
  name: 'alt-backend' | 'arch-repo-service';
  peer: PeerFetch;
}

/** Until the first row, or the end of a restore. */
const TIMEOUT_MS = 10 * 60_000;

/** The rows of a tenant at a keeper. Throws a Problem where it is down. */
export async function fetchRows(keeper: Keeper, tenantId: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
  const path = exportTenantData.path.replace(':id', tenantId);
  const response = await ask(keeper, path, { signal });
  return checked(linesOf(response.body ?? new ReadableStream(), Number.POSITIVE_INFINITY), keeper.name);
}

/** Gives a keeper the rows that it once gave, and who is who in them. Throws a Problem. */
export async function sendRows(
  keeper: Keeper,
  tenantId: string,
  given: { accounts: Record<string, string | null>; rows: AsyncIterable<string> },
  signal: AbortSignal,
): Promise<void> {
  const path = importTenantData.path.replace(':id', tenantId);
  const body = bodyOf(encoded(given));
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await ask(keeper, path, { method: 'POST', headers, body, signal });
  await response.body?.cancel();
}

async function ask(keeper: Keeper, path: string, init: Parameters<PeerFetch>[1]): Promise<Response> {
  const response = await keeper.peer(path, { ...init, timeoutMs: TIMEOUT_MS });
  if (response.ok) return response;
  const problem = problemSchema.safeParse(await response.json().catch(() => null)).data;
  if (problem?.code === 'invalid-archive') throw new Problem('invalid-archive', problem.detail);
  throw new Error(`${keeper.name} answered ${response.status}${problem ? `: ${problem.detail}` : ''}`);
}

/** Only what is one value of JSON in one line gets into an archive. */
async function* checked(lines: AsyncIterable<string>, name: string): AsyncGenerator<string> {
  for await (const line of lines) {
    try {
      JSON.parse(line);
    } catch (cause) {
      throw new Error(`${name} sent a line that is not JSON`, { cause });
    }
    yield line;
  }
}

async function* encoded({
  accounts,
  rows,
}: {
  accounts: Record<string, string | null>;
  rows: AsyncIterable<string>;
}): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify({ accounts })}\n`);
  for await (const row of rows) yield Buffer.from(`${row}\n`);
}
