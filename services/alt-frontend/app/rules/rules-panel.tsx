import type { ReactNode } from 'react';
import { Line, Part } from '../account/parts.tsx';
import { useAttempt } from '../data/account.ts';
import { useFolders, useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import type { PanelProps } from '../reader/panels.tsx';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { queryOf } from '../search/narrowing.ts';
import { buttonClass } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { CheckField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { type Rule, rulesKey, useRules, useRulesApi } from './rules-api.ts';
import { rulesTexts } from './rules-texts.ts';

interface RulesPanelProps extends PanelProps {
  place: Place;
  /** Of a rule, `new` for another one, nothing for the list. */
  id: string;
}

/** The reader's rules and those of their team: the list, and one of them. */
export function RulesPanel({ place, id, onClose }: RulesPanelProps) {
  const t = useOwnTexts(rulesTexts);
  const rules = useRules();
  const query = useQueryOf(place);
  const rule = rules.data?.find((one) => one.id === id) ?? null;
  if (id === 'new' || rule) {
    return <RuleEditor key={id} rule={rule} query={query} place={place} onClose={onClose} />;
  }
  const own = rules.data?.filter(({ isShared }) => !isShared) ?? [];
  const shared = rules.data?.filter(({ isShared }) => isShared) ?? [];
  return (
    <Panel
      title={t('title')}
      onClose={onClose}
      footer={
        <PlaceLink place={{ ...place, panel: 'rules:new' }} className={buttonClass('primary')}>
          {t('new')}
        </PlaceLink>
      }
    >
      <p className="pb-4 text-sm text-soft">{t('text')}</p>
      {!rules.data && rules.error && <LoadFailed error={rules.error} onRetry={() => void rules.refetch()} />}
      {rules.data && id !== '' && <p className="pb-4 text-soft">{t('missing')}</p>}
      {rules.data?.length === 0 && <p className="text-soft">{t('none')}</p>}
      <RuleList title={t('own')} rules={own} place={place} />
      <RuleList title={t('shared')} rules={shared} place={place} />
    </Panel>
  );
}

/** What is being looked at becomes the beginning of a new rule. */
function useQueryOf({ source }: Place): string {
  const names = { subscriptions: useSubscriptions(), folders: useFolders() };
  if (source.kind === 'saved') return source.query;
  if (source.kind === 'search') return queryOf(source.text, source.narrowing ?? {}, names);
  if (source.kind === 'feed') return queryOf('', { subscription: source.id }, names);
  if (source.kind === 'folder') return queryOf('', { folder: source.id }, names);
  return source.kind === 'tag' ? queryOf('', { tag: source.name }, names) : '';
}

function RuleList({ title, rules, place }: { title: string; rules: Rule[]; place: Place }): ReactNode {
  if (rules.length === 0) return null;
  return (
    <Part title={title}>
      <ul className="-my-1.5">
        {rules.map((rule) => (
          <RuleLine key={rule.id} rule={rule} place={place} />
        ))}
      </ul>
    </Part>
  );
}

function RuleLine({ rule, place }: { rule: Rule; place: Place }) {
  const t = useOwnTexts(rulesTexts);
  const api = useRulesApi();
  const attempt = useAttempt(rulesKey);
  const does = useDeeds(rule);
  const { id, name, query, isShared, isEnabled, isOffForMe, hasLostLabel } = rule;
  return (
    <Line
      title={
        <PlaceLink
          place={{ ...place, panel: `rules:${id}` }}
          aria-label={t('edit', { name })}
          className="inline-flex min-h-11 items-center font-medium hover:underline md:min-h-0"
        >
          {name}
        </PlaceLink>
      }
      text={
        <>
          <code className="font-mono text-[0.8125rem]">{query}</code> → {does}
          {isShared && !isEnabled && ` (${t('off')})`}
          {hasLostLabel && <span className="block text-danger">{t('lostLabel')}</span>}
        </>
      }
    >
      <CheckField
        label={<span className="sr-only">{t(isShared ? 'onForMe' : 'on', { name })}</span>}
        checked={isShared ? !isOffForMe : isEnabled}
        onChange={(isOn) => void attempt(() => api.change(id, isShared ? { isOffForMe: !isOn } : { isEnabled: isOn }))}
      />
    </Line>
  );
}

function useDeeds({ actions: { markRead, star, hide, labels } }: Rule): string {
  const t = useOwnTexts(rulesTexts);
  const deeds = [markRead && t('markRead'), star && t('star'), hide && t('hide')].filter((deed) => deed !== false);
  return [...deeds, ...labels.map(({ name }) => name)].join(', ');
}
