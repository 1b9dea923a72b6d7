import { type Queryable, statement } from '@alt/database';

export interface StoredFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

const insertFile = statement(
  'file_insert',
  `insert into project_files (job_id, part, name, media_type, bytes) values ($1, $2, $3, $4, $5)
   on conflict (job_id, part) do nothing`,
);

/** Keeps what was uploaded for a job, or what it made, for a day. */
export async function saveFile(
  tx: Queryable,
  jobId: string,
  part: 'input' | 'output',
  file: StoredFile,
): Promise<void> {
  await tx.run(insertFile, [jobId, part, file.name, file.mediaType, file.bytes]);
}

const selectFile = statement<StoredFile>(
  'file_one',
  `select name, media_type as "mediaType", bytes from project_files where job_id = $1 and part = $2 and expires_at > now()`,
);

export function findFile(tx: Queryable, jobId: string, part: 'input' | 'output'): Promise<StoredFile | null> {
  return tx.one(selectFile, [jobId, part]);
}
