import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseNames, openClient } from '@alt/database';
import { schemaSql } from '@alt/database/schema.ts';
import { startTestServer } from '@alt/database/test-server.ts';

/** The committed pictures of the schemas, which follow from the migrations. */
const files = {
  alt: fileURLToPath(new URL('../packages/database/schema.sql', import.meta.url)),
  auth: fileURLToPath(new URL('../services/auth-service/schema.sql', import.meta.url)),
};

/** One sentence for every `schema.sql` that differs from what the migrations make; with `isWriting`, writes it instead. */
export async function checkSchemas(isWriting = false): Promise<string[]> {
  const problems: string[] = [];
  const server = await startTestServer();
  try {
    for (const database of databaseNames) {
      const client = await openClient({ ...server.superuser, database, applicationName: 'schema' });
      const now = `-- Derived from the migrations by tools/schema.ts; do not edit.\n\n${await schemaSql(client)}`;
      await client.end();
      const file = files[database];
      const committed = await readFile(file, 'utf8').catch(() => '');
      if (committed === now) continue;
      if (isWriting) await writeFile(file, now);
      else problems.push(`${relative(process.cwd(), file)} does not match the migrations; run \`npm run format\`.`);
    }
  } finally {
    await server.stop();
  }
  return problems;
}

if (import.meta.main) {
  const problems = await checkSchemas(process.argv.includes('--write'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
