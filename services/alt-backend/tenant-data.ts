import { announceTenantChange, exportTenantData, importTenantData, Problem, readTenantUsage } from '@alt/contracts';
import { type Database, RowLinesError, statement } from '@alt/database';
import { type Logger, type Route, reply, route } from '@alt/service-kit';
import { exportTenant, importTenant } from './archive.ts';

const selectUsage = statement<{ feeds: number; articles: number; llmRequests: number }>(
  'tenant_usage',
  'select feeds, articles, llm_requests as "llmRequests" from tenant_usage($1)',
);

/** What tenant-service asks of a tenant as a whole, in nobody's name: its use of limits, its archive; and what it tells of one. */
export function tenantDataRoutes(database: Database, onChange: () => void): Route[] {
  const options = { callers: ['tenant-service'] } as const;
  return [
    route(
      readTenantUsage,
      async ({ params }) => {
        const row = await database.one(selectUsage, [params.id]);
        return { feeds: row?.feeds ?? 0, articles: row?.articles ?? 0, llmRequestsThisMonth: row?.llmRequests ?? 0 };
      },
      options,
    ),

    route(
      announceTenantChange,
      async () => {
        onChange();
        return reply(202, undefined);
      },
      options,
    ),

    route(
      exportTenantData,
      async ({ params }) =>
        new Response(exportTenant(database, params.id), { headers: { 'content-type': 'application/x-ndjson' } }),
      options,
    ),

    route(
      importTenantData,
      async ({ params, request, log }) => {
        try {
          return { rows: await importTenant(database, params.id, request.body) };
        } catch (error) {
          throw refusedArchive(error, log);
        }
      },
      options,
    ),
  ];
}

/** A line that is no row, or a row that the database refuses: it was not written by Alt, or by another version of it. */
function refusedArchive(error: unknown, log: Logger): Problem {
  if (!(error instanceof RowLinesError)) log.warn({ error: String(error) }, 'an archive was refused');
  const what = error instanceof RowLinesError ? `Line ${error.line}` : 'A row';
  return new Problem(
    'invalid-archive',
    `${what} of the archive cannot be taken. Was it written by this version of Alt?`,
    {
      cause: error,
    },
  );
}
