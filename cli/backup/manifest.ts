import { z } from 'zod';

const part = { rows: z.int().min(0), bytes: z.int().min(0), sha256: z.hash('sha256') };
const name = z.string().min(1).max(63);

const databaseSchema = z.object({
  /** The schema that the rows fit: the migrations that had been applied, in order. */
  migrations: z.array(z.object({ name: z.string(), hash: z.hash('sha256') })),
  /** In the order in which they follow each other in the file. */
  tables: z.array(z.object({ name, columns: z.array(name).min(1), ...part })),
  /** The last value that a sequence gave; sequences that never gave one are left out. */
  sequences: z.array(z.object({ name, value: z.int() })),
});

/** What a backup holds. It is the last thing in the file, so it can name the hash of everything before it. */
export const manifestSchema = z.object({
  release: z.string(),
  createdAt: z.iso.datetime(),
  databases: z.object({ alt: databaseSchema, auth: databaseSchema }),
  files: z.array(z.object({ name: z.enum(['secrets.json']), bytes: part.bytes, sha256: part.sha256 })),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type DatabaseManifest = Manifest['databases']['alt'];
export type TableManifest = DatabaseManifest['tables'][number];
