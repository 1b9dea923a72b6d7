import { useQueryClient } from '@tanstack/react-query';
import { lazy, type SubmitEvent, Suspense, useRef, useState } from 'react';
import type { FoundFeed } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { useGoing } from '../reader/place.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { addTexts } from './add-texts.ts';
import { FolderSelect } from './folder-select.tsx';

const FeedLimitNote = lazy(async () => ({ default: (await import('../team/limit-bars.tsx')).FeedLimitNote }));

type Step =
  | { name: 'address'; error?: unknown; canForce?: boolean }
  | { name: 'finding' }
  | { name: 'choices'; feeds: readonly FoundFeed[]; error?: unknown }
  | { name: 'adding'; feeds: readonly FoundFeed[] };

/** From the address of a site to a subscription: paste, choose if there are several feeds, follow. */
export function AddFeed({ onClose }: PanelProps) {
  const t = useOwnTexts(addTexts);
  const { problem } = useTexts();
  const [step, setStep] = useState<Step>({ name: 'address' });
  const [chosen, setChosen] = useState('');
  const [folderId, setFolderId] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const flow = useAddFlow({ setStep, setChosen });
  const feeds = step.name === 'choices' || step.name === 'adding' ? step.feeds : [];
  const isBusy = step.name === 'finding' || step.name === 'adding';
  const error = 'error' in step ? step.error : undefined;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const url = String(new FormData(event.currentTarget).get('url') ?? '').trim();
    if (feeds.length > 0) void flow.subscribe(chosen, folderId, feeds, false);
    else if (url) void flow.find(url);
  };
  const force = () =>
    void flow.subscribe(String(new FormData(form.current ?? undefined).get('url') ?? '').trim(), folderId, [], true);

  return (
    <Panel
      title={t('title')}
      onClose={onClose}
      footer={
        <>
          {step.name === 'address' && step.canForce && <Button onClick={force}>{t('force')}</Button>}
          <Button type="submit" form="add-feed" look="primary" disabled={isBusy}>
            {t(labelOf(step, feeds))}
          </Button>
        </>
      }
    >
      <Suspense fallback={null}>
        <FeedLimitNote />
      </Suspense>
      <form id="add-feed" ref={form} onSubmit={submit} className="flex flex-col gap-5">
        <Field
          label={t('address')}
          hint={feeds.length === 0 ? t('addressHint') : undefined}
          error={error ? problem(error) : undefined}
          data-autofocus
          name="url"
          type="text"
          inputMode="url"
          autoComplete="url"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="https://"
          readOnly={isBusy}
          onChange={() => setStep({ name: 'address' })}
        />
        {error !== undefined && step.name === 'address' && (
          <p className="text-sm text-soft">
            {t('noneHint')} {step.canForce && t('forceHint')}
          </p>
        )}
        {feeds.length > 0 && <FeedChoices feeds={feeds} chosen={chosen} onChoose={setChosen} />}
        {feeds.length > 0 && (
          <FolderSelect label={t('folder')} none={t('noFolder')} value={folderId} onChange={setFolderId} />
        )}
        <p role="status" className="sr-only">
          {step.name === 'finding' && t('finding')}
          {step.name === 'choices' && t('choose')}
        </p>
      </form>
    </Panel>
  );
}

interface FlowOptions {
  setStep(step: Step): void;
  setChosen(url: string): void;
}

function useAddFlow({ setStep, setChosen }: FlowOptions) {
  const api = useApi();
  const cache = useQueryClient();
  const going = useGoing();
  const t = useOwnTexts(addTexts);
  const { show } = useToasts();

  const offer = (feeds: readonly FoundFeed[]) => {
    setChosen(feeds[0]?.url ?? '');
    setStep({ name: 'choices', feeds });
  };
  const find = async (url: string) => {
    setStep({ name: 'finding' });
    try {
      const { feeds } = await api.discover(url);
      if (feeds.length === 0) throw new ApiProblem(422, { code: 'no-feed' });
      offer(feeds);
    } catch (error) {
      setStep({ name: 'address', error, canForce: canForce(error) });
    }
  };
  const subscribe = async (url: string, folderId: string, feeds: readonly FoundFeed[], isForced: boolean) => {
    if (!url) return;
    setStep(feeds.length > 0 ? { name: 'adding', feeds } : { name: 'finding' });
    try {
      const known = new Set(cache.getQueryData<Array<{ id: string }>>(keys.subscriptions)?.map(({ id }) => id));
      const subscription = await api.subscribe({
        url,
        ...(folderId && { folderIds: [folderId] }),
        ...(isForced && { force: true }),
      });
      await Promise.all([keys.subscriptions, keys.counters].map((queryKey) => cache.invalidateQueries({ queryKey })));
      cache.removeQueries({ queryKey: keys.entries, type: 'inactive' });
      show({ text: t(known.has(subscription.id) ? 'existing' : 'added', { name: subscription.title }) });
      going.to({ source: { kind: 'feed', id: subscription.id }, isHome: false }, true);
    } catch (error) {
      const others = error instanceof ApiProblem && error.code === 'several-feeds' ? error.document.feeds : null;
      if (Array.isArray(others)) offer(others as FoundFeed[]);
      else if (feeds.length > 0) setStep({ name: 'choices', feeds, error });
      else setStep({ name: 'address', error });
    }
  };
  return { find, subscribe };
}

/** An address that cannot be read just now may be followed all the same; one that is no address may not. */
function canForce(error: unknown): boolean {
  return error instanceof ApiProblem && (error.code === 'feed-unreachable' || error.code === 'no-feed');
}

function labelOf(step: Step, feeds: readonly FoundFeed[]) {
  if (step.name === 'finding') return 'finding';
  if (step.name === 'adding') return 'subscribing';
  return feeds.length > 0 ? 'subscribe' : 'find';
}

interface FeedChoicesProps {
  feeds: readonly FoundFeed[];
  chosen: string;
  onChoose(url: string): void;
}

function FeedChoices({ feeds, chosen, onChoose }: FeedChoicesProps) {
  const t = useOwnTexts(addTexts);
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-medium">{t('choose')}</legend>
      <div className="flex flex-col overflow-hidden rounded-lg border border-line">
        {feeds.map((feed) => (
          <label
            key={feed.url}
            className="flex min-h-13 cursor-pointer items-center gap-3 border-line px-3 py-2 not-first:border-t has-checked:bg-chosen has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="feed"
              value={feed.url}
              checked={feed.url === chosen}
              onChange={() => onChoose(feed.url)}
              className="size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate text-[0.9375rem]">{feed.title || t('unnamed')}</span>
              <span className="block truncate text-sm text-soft">{feed.url}</span>
            </span>
            {feed.format && <span className="text-xs text-soft uppercase">{feed.format}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
