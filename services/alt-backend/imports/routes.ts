import { createReaderImport, listReaderImports, Problem, type ReaderImport, readReaderImport } from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import type { AsReader } from '../store/readers.ts';
import { ImportFailure } from './failures.ts';
import { secretContext } from './jobs.ts';
import { candidateBases } from './reader-api.ts';
import type { Sealing } from './sealing.ts';
import * as store from './store.ts';

/** Imports of a reader's account at another service. The work itself is done by jobs.ts. */
export function importRoutes(asReader: AsReader, sealing: Sealing): Route[] {
  return [
    route(createReaderImport, async ({ body, reader }) => {
      const { service, username, what } = body;
      const address = withoutSecrets(body.url);
      const { password = null, apiToken = null } = body;
      const secret = sealing.seal(JSON.stringify({ password, apiToken }), secretContext(reader));
      const row = await asReader(reader, (tx) =>
        store.addImport(tx, { service, address, account: username, secret, what }),
      );
      if (!row) {
        throw new Problem(
          'conflict',
          'Another import of yours has not ended yet. Wait until it has, then begin the next.',
        );
      }
      return reply(202, presentImport(row));
    }),

    route(listReaderImports, ({ query, reader }) =>
      asReader(reader, async (tx) => {
        if (query.cursor !== undefined && !UUID.test(query.cursor)) {
          throw new Problem('invalid-cursor', 'The cursor is not one of this list. Begin without it.');
        }
        const rows = await store.listImports(tx, query.cursor ?? null, query.limit + 1);
        const items = rows.slice(0, query.limit).map(presentImport);
        return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
      }),
    ),

    route(readReaderImport, ({ params, reader }) =>
      asReader(reader, async (tx) => {
        const row = UUID.test(params.id) ? await store.findImport(tx, params.id) : null;
        if (!row) throw new Problem('not-found', 'You have no such import.');
        return presentImport(row);
      }),
    ),
  ];
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The address without what somebody may have pasted along: a name, a password, a query. */
function withoutSecrets(typed: string): string {
  try {
    const [first = ''] = candidateBases(typed);
    return first;
  } catch (error) {
    if (error instanceof ImportFailure) throw new Problem('invalid-request', error.message);
    throw error;
  }
}

export function presentImport(row: store.ImportRow): ReaderImport {
  const { id, service, address, account, state, phase, done, total, result, errorCode, error } = row;
  return {
    id,
    service,
    url: address,
    username: account,
    state,
    phase,
    done,
    total,
    result,
    error: errorCode === null ? null : { code: errorCode, message: error ?? '' },
    nextAttemptAt: state === 'waiting' && errorCode !== null ? row.nextAttemptAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
