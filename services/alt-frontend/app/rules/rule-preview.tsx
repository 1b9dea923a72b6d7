import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Mistake, mistakeOf } from '../search/query-mistake.tsx';
import { Button } from '../ui/button.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { type Rule, rulesKey, useRulesApi } from './rules-api.ts';
import { rulesTexts } from './rules-texts.ts';

const PAUSE_MS = 350;

/** What a rule finds among the articles that are there, while its query is typed; and the way to let it act on them. */
export function RulePreview({ rule, query }: { rule: Rule | null; query: string }) {
  const t = useOwnTexts(rulesTexts);
  const { problem } = useTexts();
  const api = useRulesApi();
  const asked = usePause(query.trim());
  const preview = useQuery({
    queryKey: [...rulesKey, 'preview', asked],
    queryFn: ({ signal }) => api.preview(asked, signal),
    enabled: asked !== '',
    placeholderData: (before) => before,
    retry: false,
  });
  if (asked === '') return null;
  const mistake = mistakeOf(preview.error);
  const found = preview.error ? undefined : preview.data;
  return (
    <section className="mt-5 border-t border-line pt-5">
      <h3 className="font-serif text-lg">{t('preview')}</h3>
      <div role="status" className="mt-1 text-sm text-soft">
        {preview.error && (mistake ? <Mistake text={asked} mistake={mistake} /> : problem(preview.error))}
        {found &&
          (found.total === 0
            ? t('previewNone')
            : t(found.totalIsExact ? 'found' : 'foundMore', { count: found.total }))}
        {found && !found.isComplete && <p>{t('incomplete')}</p>}
        {found?.awaits.map((what) => (
          <p key={what}>{t(`awaits.${what}`)}</p>
        ))}
      </div>
      <ul className="mt-2">
        {found?.items.slice(0, 8).map(({ id, title, feed }) => (
          <li key={id} className="border-line py-1.5 text-[0.9375rem] not-first:border-t">
            <span className="line-clamp-1 wrap-anywhere">{title}</span>
            <span className="line-clamp-1 text-sm text-soft">{feed.title}</span>
          </li>
        ))}
      </ul>
      {rule && found && found.total > 0 && rule.query === asked && <RunRule rule={rule} />}
    </section>
  );
}

function RunRule({ rule }: { rule: Rule }) {
  const t = useOwnTexts(rulesTexts);
  const { problem } = useTexts();
  const api = useRulesApi();
  const cache = useQueryClient();
  const { show } = useToasts();
  const [changed, setChanged] = useState<number | null>(null);
  const run = async () => {
    setChanged(0);
    try {
      show({ text: t('ran', { count: await api.run(rule.id, setChanged) }) });
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
    setChanged(null);
    await Promise.all(
      [keys.entries, keys.anyEntry, keys.counters, keys.search, keys.labels, rulesKey].map((queryKey) =>
        cache.invalidateQueries({ queryKey }),
      ),
    );
  };
  return (
    <div className="mt-3">
      <p className="mb-2 text-sm text-soft">{t('runText')}</p>
      <Button disabled={changed !== null} onClick={() => void run()}>
        {changed === null ? t('run') : t('running', { count: changed })}
      </Button>
    </div>
  );
}

/** What was typed, as soon as typing pauses. */
function usePause(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
