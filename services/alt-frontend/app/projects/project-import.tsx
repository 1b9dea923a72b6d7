import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useAct } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useGoing } from '../reader/place.ts';
import { IconButton } from '../ui/button.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { moreTexts } from './more-texts.ts';
import { isUnderWay, useJob } from './project-jobs.ts';
import { projectPlace } from './project-place.ts';
import type { ProjectJob } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';

/** Makes a project of a JSON export, and goes there when it is done. */
export function ProjectImport() {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const cache = useQueryClient();
  const act = useAct();
  const going = useGoing();
  const { show } = useToasts();
  const file = useRef<HTMLInputElement>(null);
  const [started, setStarted] = useState<ProjectJob | null>(null);
  const job = useJob(started, ({ state, projectId, error }) => {
    setStarted(null);
    if (state === 'failed' || projectId === null) {
      show({ text: `${t('importFailed')} ${error?.message ?? ''}`, tone: 'error' });
      return;
    }
    show({ text: t('imported') });
    void cache.invalidateQueries({ queryKey: ['projects', 'list'] });
    going.to(projectPlace(projectId));
  });
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    await act(async () => setStarted(await api.importProject(await chosen.text())));
  };
  const isRunning = job !== null && isUnderWay(job);
  return (
    <>
      {job && isRunning && (
        <progress
          className="progress max-w-24"
          value={job.done}
          max={Math.max(job.total, 1)}
          aria-label={t('importing')}
        />
      )}
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        aria-label={t('import')}
        hidden
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <IconButton icon="transfer" label={t('import')} disabled={isRunning} onClick={() => file.current?.click()} />
    </>
  );
}
