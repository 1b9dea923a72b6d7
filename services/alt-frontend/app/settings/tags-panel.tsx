import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { Tag, TagProposal } from '../api/enrichment.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { tagsTexts } from './tags-texts.ts';

/** The tenant's tags: what may be the same, what they are called, what is hidden; and the reader's own vetoes. */
export function TagsPanel({ onClose }: PanelProps) {
  const t = useOwnTexts(tagsTexts);
  return (
    <Panel title={t('title')} onClose={onClose}>
      <p className="pb-4 text-sm text-soft">{t('text')}</p>
      <Proposals />
      <VisibleTags />
      <HiddenTags />
      <Vetoes />
    </Panel>
  );
}

/** Does something to tags and loads again what shows them. */
function useTagAct(): (work: () => Promise<unknown>) => Promise<boolean> {
  const cache = useQueryClient();
  const act = useAct();
  return async (work) => {
    const isDone = await act(work);
    cache.removeQueries({ queryKey: keys.anyEntry, type: 'inactive' });
    await Promise.all([
      cache.invalidateQueries({ queryKey: keys.tags }),
      isDone && cache.invalidateQueries({ queryKey: keys.anyEntry }),
    ]);
    return isDone;
  };
}

const headingClass = 'pb-1 text-sm font-medium text-soft';
const smallButton = 'min-h-11! px-3! text-sm! md:min-h-8!';

function Proposals() {
  const t = useOwnTexts(tagsTexts);
  const api = useEnrichment();
  const act = useTagAct();
  const { show } = useToasts();
  const proposals = useQuery({ queryKey: [...keys.tags, 'proposals'], queryFn: api.tagProposals }).data?.items ?? [];
  if (proposals.length === 0) return null;
  const merge = async ({ names: [first, second] }: TagProposal) => {
    if (await act(() => api.mergeTags([second], first))) show({ text: t('merged', { first, second }) });
  };
  const dismiss = ({ names }: TagProposal) => void act(() => api.dismissProposal(names));
  return (
    <section className="pb-5">
      <h3 className={headingClass}>{t('proposals')}</h3>
      <ul>
        {proposals.map((proposal) => {
          const [first, second] = proposal.names;
          return (
            <li key={`${first}\n${second}`} className="flex flex-wrap items-center gap-2 py-1.5">
              <span className="min-w-0 flex-1 break-words">
                {first} · {second}
              </span>
              <Button
                className={smallButton}
                aria-label={t('mergeLabel', { first, second })}
                onClick={() => void merge(proposal)}
              >
                {t('merge')}
              </Button>
              <Button
                className={smallButton}
                aria-label={t('distinctLabel', { first, second })}
                onClick={() => dismiss(proposal)}
              >
                {t('distinct')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function VisibleTags() {
  const t = useOwnTexts(tagsTexts);
  const api = useEnrichment();
  const [typed, setTyped] = useState('');
  const prefix = useDeferredValue(typed.trim());
  const tags = useQuery({
    queryKey: [...keys.tags, 'visible', prefix],
    queryFn: () => api.tags({ order: prefix ? 'name' : 'frequent', view: 'visible', prefix }),
    placeholderData: (before) => before,
  });
  return (
    <section className="pb-5">
      <Field
        label={t('find')}
        name="prefix"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        maxLength={100}
        className="pb-3"
      />
      <h3 className={headingClass}>{t('shown')}</h3>
      {!tags.data && tags.error && <LoadFailed error={tags.error} onRetry={() => void tags.refetch()} />}
      {tags.data?.items.length === 0 && <p className="text-sm text-soft">{t('none')}</p>}
      <ul>
        {tags.data?.items.map((tag) => (
          <TagLine key={tag.name} tag={tag} />
        ))}
      </ul>
    </section>
  );
}

function TagLine({ tag }: { tag: Tag }) {
  const t = useOwnTexts(tagsTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const act = useTagAct();
  const [isOpen, setIsOpen] = useState(false);
  const { name, count, promoted } = tag;
  const rename = (form: FormData) => {
    const next = String(form.get('name') ?? '').trim();
    if (next && next !== name) void act(() => api.changeTag(name, { name: next }));
  };
  return (
    <li>
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary
          aria-label={t('change', { name })}
          className="flex min-h-11 cursor-pointer items-center gap-2 hover:underline md:min-h-8"
        >
          <span className={`min-w-0 truncate ${promoted ? 'font-semibold' : ''}`}>{name}</span>
          <span className="ms-auto shrink-0 text-[0.8125rem] text-soft">{t('articles', { count })}</span>
        </summary>
        {isOpen && (
          <>
            <Form onSubmit={rename} className="flex items-end gap-2 py-2">
              <Field className="flex-1" label={t('name')} name="name" defaultValue={name} maxLength={100} />
              <Button type="submit">{texts.t('action.save')}</Button>
            </Form>
            <div className="flex flex-wrap items-center justify-between gap-2 pb-3">
              <CheckField
                label={t('promote')}
                checked={promoted}
                onChange={(isOn) => void act(() => api.changeTag(name, { promoted: isOn }))}
              />
              <Button
                className={smallButton}
                aria-label={t('hideLabel', { name })}
                onClick={() => void act(() => api.changeTag(name, { hidden: true }))}
              >
                {t('hide')}
              </Button>
            </div>
          </>
        )}
      </details>
    </li>
  );
}

function HiddenTags() {
  const t = useOwnTexts(tagsTexts);
  const api = useEnrichment();
  const act = useTagAct();
  const tags = useQuery({
    queryKey: [...keys.tags, 'hidden'],
    queryFn: () => api.tags({ order: 'name', view: 'hidden' }),
  });
  return (
    <Returning
      title={t('hidden')}
      list={tags}
      onReturn={(name) => void act(() => api.changeTag(name, { hidden: false }))}
    />
  );
}

function Vetoes() {
  const t = useOwnTexts(tagsTexts);
  const api = useEnrichment();
  const act = useTagAct();
  const vetoes = useQuery({ queryKey: [...keys.tags, 'vetoes'], queryFn: api.vetoes });
  return <Returning title={t('vetoed')} list={vetoes} onReturn={(name) => void act(() => api.liftVeto(name))} />;
}

interface ReturningProps {
  title: string;
  list: Pick<UseQueryResult<{ items: Array<{ name: string }> }>, 'data' | 'error' | 'refetch'>;
  onReturn(name: string): void;
}

/** Tags that are not shown, each with the way back. */
function Returning({ title, list: { data, error, refetch }, onReturn }: ReturningProps) {
  const t = useOwnTexts(tagsTexts);
  const names = data?.items.map(({ name }) => name) ?? [];
  if (names.length === 0 && (data || !error)) return null;
  return (
    <section className="pb-5">
      <h3 className={headingClass}>{title}</h3>
      {!data && error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      <ul>
        {names.map((name) => (
          <li key={name} className="flex items-center gap-2 py-1">
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <Button className={smallButton} aria-label={t('showLabel', { name })} onClick={() => onReturn(name)}>
              {t('show')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
