import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportResult } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { type ImportProgress, importProgress } from './import-progress.ts';
import { opmlTexts } from './opml-texts.ts';
import { ReaderImportSection } from './reader-import.tsx';

type State =
  | { name: 'idle'; error?: unknown }
  | { name: 'reading' }
  | { name: 'imported'; result: ImportResult; knownBefore: ReadonlySet<string> };

/** Subscriptions in and out as OPML; while the new feeds are fetched it shows how far that is. */
export function OpmlPanel({ onClose }: PanelProps) {
  const api = useApi();
  const cache = useQueryClient();
  const t = useOwnTexts(opmlTexts);
  const { problem } = useTexts();
  const subscriptions = useSubscriptions();
  const [state, setState] = useState<State>({ name: 'idle' });

  const importFile = async (file: File) => {
    const knownBefore = new Set(subscriptions.map(({ id }) => id));
    setState({ name: 'reading' });
    try {
      const result = await api.importOpml(await file.text());
      setState({ name: 'imported', result, knownBefore });
      await Promise.all(
        [keys.subscriptions, keys.folders, keys.counters].map((queryKey) => cache.invalidateQueries({ queryKey })),
      );
    } catch (error) {
      setState({ name: 'idle', error });
    }
  };

  return (
    <Panel title={t('title')} onClose={onClose}>
      <section className="flex flex-col gap-3 pb-6">
        <h3 className="font-semibold">{t('importTitle')}</h3>
        <p className="text-[0.9375rem] text-soft">{t('importText')}</p>
        <FileButton isBusy={state.name === 'reading'} onFile={(file) => void importFile(file)} />
        <div role="alert" className="text-[0.9375rem] text-danger">
          {state.name === 'idle' && state.error !== undefined && problem(state.error)}
        </div>
        {state.name === 'imported' && (
          <ImportReport result={state.result} progress={importProgress(subscriptions, state.knownBefore)} />
        )}
      </section>
      <ReaderImportSection />
      <section className="flex flex-col gap-3 border-t border-line pt-5 pb-2">
        <h3 className="font-semibold">{t('exportTitle')}</h3>
        <p className="text-[0.9375rem] text-soft">{t('exportText')}</p>
        <a href="/v1/opml" download="subscriptions.opml" className={`${buttonClass('plain')} self-start`}>
          {t('download')}
        </a>
      </section>
    </Panel>
  );
}

function FileButton({ isBusy, onFile }: { isBusy: boolean; onFile(file: File): void }) {
  const t = useOwnTexts(opmlTexts);
  return (
    <label
      className={`${buttonClass('primary')} cursor-pointer self-start has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent`}
    >
      {t(isBusy ? 'reading' : 'choose')}
      <input
        type="file"
        accept=".opml,.xml,text/x-opml,text/xml,application/xml"
        disabled={isBusy}
        className="sr-only"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
    </label>
  );
}

/** Lines that could not be imported are named up to this number. */
const shownFailures = 20;

function ImportReport({ result, progress }: { result: ImportResult; progress: ImportProgress }) {
  const t = useOwnTexts(opmlTexts);
  const { created, existing, failed } = result;
  return (
    <div className="flex flex-col gap-3 rounded-xl bg-hover p-4 text-[0.9375rem]">
      <p role="status">
        {t('created', { count: created })}
        {existing > 0 && ` · ${t('existing', { count: existing })}`}
      </p>
      {created > 0 && <FetchProgress progress={progress} />}
      {failed.length > 0 && (
        <div>
          <p>{t('failed', { count: failed.length })}</p>
          <ul className="mt-1 text-sm text-soft">
            {failed.slice(0, shownFailures).map(({ url, reason }) => (
              <li key={`${url} ${reason}`} className="wrap-anywhere">
                {url} — {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function FetchProgress({ progress }: { progress: ImportProgress }) {
  const t = useOwnTexts(opmlTexts);
  const { done, total, inTrouble } = progress;
  const isFinished = total > 0 && done === total;
  return (
    <div>
      <progress value={done} max={Math.max(1, total)} aria-label={t('progressLabel')} className="progress" />
      <p className="mt-1 text-sm text-soft tabular-nums">
        {isFinished ? t('finished') : t('progress', { done, total })}
      </p>
      {inTrouble > 0 && <p className="text-sm text-warning">{t('trouble', { count: inTrouble })}</p>}
      {!isFinished && <p className="text-sm text-soft">{t('background')}</p>}
    </div>
  );
}
