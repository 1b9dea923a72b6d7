import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../data/api-context.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { identityQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { CheckField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { tagsTexts } from './tags-texts.ts';

/** Whether articles are summarised for the whole tenant; for those who may say so. */
export function SummarySettings() {
  const t = useOwnTexts(tagsTexts);
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const role = useQuery(identityQuery(useApi())).data?.role;
  const isAllowed = role === 'owner' || role === 'admin';
  const { data, error, refetch } = useQuery({
    queryKey: keys.tenantSettings,
    queryFn: api.tenantSettings,
    enabled: isAllowed,
  });
  if (!isAllowed) return null;
  const change = async (summaries: boolean) => {
    cache.setQueryData(keys.tenantSettings, { ...data, summaries });
    await act(() => api.changeTenantSettings({ summaries }));
    await cache.invalidateQueries({ queryKey: keys.tenantSettings });
  };
  return (
    <section className="flex flex-col gap-5 border-t border-line py-5">
      <h3 className="font-serif text-lg">{t('summaries')}</h3>
      {!data && error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      {data && (
        <CheckField
          label={t('tenantSummaries')}
          hint={t('tenantSummariesHint')}
          checked={data.summaries}
          onChange={(summaries) => void change(summaries)}
        />
      )}
    </section>
  );
}
