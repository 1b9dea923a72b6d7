import { exportTenantData, importTenantData, Problem, readTenantUsage } from '@alt/contracts';
import { type Database, RowLinesError, statement } from '@alt/database';
import { type Logger, type Route, route } from '@alt/service-kit';
import { exportProjects, importProjects } from './archive.ts';

const selectUsage = statement<{ projects: number }>('tenant_projects', 'select tenant_project_count($1) as projects');

/** What tenant-service asks of a tenant as a whole, in nobody's name: how many projects it has, and their archive. */
export function tenantDataRoutes(database: Database): Route[] {
  const options = { callers: ['tenant-service'] } as const;
  return [
    route(
      readTenantUsage,
      async ({ params }) => {
        const row = await database.one(selectUsage, [params.id]);
        return { projects: row?.projects ?? 0 };
      },
      options,
    ),

    route(
      exportTenantData,
      async ({ params }) =>
        new Response(exportProjects(database, params.id), { headers: { 'content-type': 'application/x-ndjson' } }),
      options,
    ),

    route(
      importTenantData,
      async ({ params, request, log }) => {
        try {
          return { rows: await importProjects(database, params.id, request.body) };
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
