import { type ExportFormat, exportProject, readProjectExport } from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import { blocksToMarkdown, chaptersOf } from './documents.ts';
import { type Dossier, readDossier } from './dossier.ts';
import { epubOfChapters } from './epub.ts';
import { presentJob, type Work } from './jobs.ts';
import { pageOfChapters } from './pages.ts';
import { type AsPerson, looking, partNotFound, projectNotFound } from './people.ts';
import { findFile, type StoredFile, saveFile } from './store/files.ts';
import { addJob, findJob } from './store/jobs.ts';
import { findStanding } from './store/standing.ts';

/** Files of a project, for whoever asked for them. Whoever may look may also take along what they see. */
export function exportRoutes(asPerson: AsPerson): Route[] {
  return [
    route(exportProject, async ({ params, body, reader }) => {
      await looking(asPerson, reader, params.id, async () => {});
      return asPerson(reader, async (tx) => {
        const id = await addJob(tx, params.id, 'export', { format: body.format });
        const row = await findJob(tx, id);
        if (!row) throw new Error('a job was not made');
        return reply(202, presentJob(row));
      });
    }),

    route(readProjectExport, ({ params, reader }) =>
      asPerson(
        reader,
        async (tx) => {
          const job = await findJob(tx, params.id);
          const file = job?.kind === 'export' ? await findFile(tx, params.id, 'output') : null;
          if (!job || !file) throw partNotFound('file (any more, or yet)');
          // Its person may have lost the project since.
          if (job.projectId && !(await findStanding(tx, job.projectId))) throw projectNotFound();
          return download(file);
        },
        { isReadOnly: true },
      ),
    ),
  ];
}

function download({ name, mediaType, bytes }: StoredFile): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="${name}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    },
  });
}

/** Makes the file from what the project holds at one moment. */
export async function exportDossier(work: Work): Promise<void> {
  const projectId = work.projectId ?? '';
  await work.progress({ done: 0, total: 1 });
  await work.inTransaction(async (tx) => {
    const standing = await findStanding(tx, projectId);
    if (!standing || standing.deletedAt) throw projectNotFound();
    const dossier = await readDossier(tx, projectId);
    const file = write(dossier, work.input.format as ExportFormat, projectId);
    await saveFile(tx, work.id, 'output', file);
    await work.progress({ done: 1, total: 1 }, tx);
    await work.finish(tx, { name: file.name, size: file.bytes.byteLength });
  });
}

function write(dossier: Dossier, format: ExportFormat, projectId: string): StoredFile {
  const name = (ending: string) => `${dossier.project.code}.${ending}`;
  const encode = (text: string) => new TextEncoder().encode(text);
  if (format === 'json') {
    return {
      name: name('json'),
      mediaType: 'application/json',
      bytes: encode(`${JSON.stringify(dossier, null, 1)}\n`),
    };
  }
  const { title, description } = dossier.project;
  const brief = dossier.briefs.at(-1)?.parts ?? null;
  const chapters = chaptersOf({ ...dossier, title, description, brief });
  if (format === 'epub') {
    const bytes = epubOfChapters(chapters, { id: projectId, title, modifiedAt: new Date() });
    return { name: name('epub'), mediaType: 'application/epub+zip', bytes };
  }
  if (format === 'html')
    return { name: name('html'), mediaType: 'text/html; charset=utf-8', bytes: encode(pageOfChapters(chapters)) };
  const text = chapters.map(({ title: heading, blocks }, index) =>
    blocksToMarkdown([{ kind: 'heading', level: index === 0 ? 1 : 2, text: heading }, ...blocks]),
  );
  return { name: name('md'), mediaType: 'text/markdown; charset=utf-8', bytes: encode(`${text.join('\n\n')}\n`) };
}
