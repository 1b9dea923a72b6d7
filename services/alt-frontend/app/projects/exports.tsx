import { useState } from 'react';
import { useAct } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { moreTexts } from './more-texts.ts';
import { isUnderWay, useJob } from './project-jobs.ts';
import type { ExportFormat, ProjectJob } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';

const formats: ReadonlyArray<readonly [ExportFormat, string]> = [
  ['markdown', 'Markdown'],
  ['html', 'HTML'],
  ['epub', 'EPUB'],
  ['json', 'JSON'],
];

/** A project as a file: asked for, made, and then downloaded. */
export function Exports({ projectId }: { projectId: string }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useAct();
  const [started, setStarted] = useState<{ job: ProjectJob; name: string } | null>(null);
  const job = useJob(started?.job ?? null, () => undefined);
  const isRunning = job !== null && isUnderWay(job);
  const start = (format: ExportFormat, name: string) =>
    void act(async () => setStarted({ job: await api.exportProject(projectId, format), name }));
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {formats.map(([format, name]) => (
          <Button key={format} disabled={isRunning} onClick={() => start(format, name)}>
            {name}
          </Button>
        ))}
      </div>
      <div role="status" className="text-sm not-empty:pt-3">
        {job && isRunning && (
          <>
            <p className="pb-2 text-soft">{t('exporting')}</p>
            <progress className="progress" value={job.done} max={Math.max(job.total, 1)} aria-label={t('exporting')} />
          </>
        )}
        {job?.state === 'failed' && <p className="text-danger">{t('exportFailed')}</p>}
        {job?.state === 'done' && started && (
          <a href={`/v1/projects/jobs/${job.id}/file`} download className={buttonClass('primary')}>
            {t('download', { format: started.name })}
          </a>
        )}
      </div>
    </>
  );
}
