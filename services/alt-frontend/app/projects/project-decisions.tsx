import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { DecisionPanel } from './decision-panel.tsx';
import type { ProjectPartProps } from './project-screen.tsx';
import type { ProjectDecision } from './projects-api.ts';
import { projectKey, rightsIn, useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

/** The decision log, the newest first. */
export function ProjectDecisions({ project }: ProjectPartProps) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const { data, error, refetch } = useQuery({
    queryKey: projectKey(project.id, 'decisions'),
    queryFn: () => api.decisions(project.id),
    staleTime: 15_000,
  });
  const [open, setOpen] = useState<ProjectDecision | 'new' | null>(null);
  const { mayWrite } = rightsIn(project);
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      {mayWrite && <Button onClick={() => setOpen('new')}>{t('newDecision')}</Button>}
      {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <Notice icon="check" title={t('noDecisions')} text={t('noDecisionsText')} />}
      <ol aria-label={t('decision')} className="pt-4">
        {data?.map((decision) => (
          <Decision
            key={decision.id}
            decision={decision}
            all={data}
            onChange={mayWrite ? () => setOpen(decision) : null}
          />
        ))}
      </ol>
      {open && (
        <DecisionPanel
          project={project}
          decision={open === 'new' ? null : open}
          all={data ?? []}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

interface DecisionProps {
  decision: ProjectDecision;
  all: readonly ProjectDecision[];
  onChange: (() => void) | null;
}

function Decision({ decision, all, onChange }: DecisionProps) {
  const t = useOwnTexts(teamTexts);
  const { ago } = useTexts();
  const { number, title, status, supersededBy, createdBy, updatedAt, alternatives } = decision;
  const next = all.find(({ id }) => id === supersededBy);
  const parts = (['context', 'decision', 'consequences'] as const).filter((part) => decision[part] !== '');
  return (
    <li lang={guessLanguage(title + decision.decision)} className="border-t border-line py-5">
      <h2 className="flex items-baseline gap-3 font-serif text-lg/snug font-semibold">
        <span className="text-sm font-normal text-soft tabular-nums">{number}</span>
        <span className="min-w-0 flex-1">{title}</span>
      </h2>
      <p className="pt-1 text-[0.8125rem] text-soft">
        <span className="font-medium text-ink">{t(`status.${status}`)}</span>
        {next && ` · ${t('supersededBy', { number: next.number })}`} · {createdBy?.name ?? t('gone')} · {ago(updatedAt)}
      </p>
      <dl>
        {parts.map((part) => (
          <div key={part} className="pt-3">
            <dt className="text-sm font-medium text-soft">{t(part)}</dt>
            <dd className="font-serif text-base/relaxed whitespace-pre-line">{decision[part]}</dd>
          </div>
        ))}
        {alternatives.length > 0 && (
          <div className="pt-3">
            <dt className="text-sm font-medium text-soft">{t('alternatives')}</dt>
            {alternatives.map((alternative) => (
              <dd key={alternative.title} className="font-serif text-base/relaxed">
                {alternative.title}
                {alternative.reason && <span className="text-soft"> – {alternative.reason}</span>}
              </dd>
            ))}
          </div>
        )}
      </dl>
      {onChange && (
        <button
          type="button"
          onClick={onChange}
          aria-label={`${t('edit')}: ${title}`}
          className="mt-1 -ms-2 min-h-11 rounded-lg px-2 text-sm text-soft hover:bg-hover hover:text-ink md:min-h-8"
        >
          {t('edit')}
        </button>
      )}
    </li>
  );
}
