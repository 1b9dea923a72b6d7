import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Subscription, SubscriptionChange } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { folderChoices } from '../data/feed-tree.ts';
import { keys } from '../data/keys.ts';
import { useFolders, useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { PlaceLink } from '../reader/place-link.tsx';
import { refreshText } from '../reader/refresh.ts';
import { rulesTexts } from '../rules/rules-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { FeedHealth } from './feed-health.tsx';
import { FeedTexts } from './feed-texts.tsx';

interface FeedDetailsProps extends PanelProps {
  id: string;
  /** The feed is not followed any more. */
  onGone(): void;
}

/** All about one feed: how it is doing, what it is called here, where it lies, and the way out. */
export function FeedDetails({ id, onClose, onGone }: FeedDetailsProps) {
  const { t } = useTexts();
  const ofRules = useOwnTexts(rulesTexts);
  const subscription = useSubscriptions().find((candidate) => candidate.id === id);
  const actions = useFeedActions(id, onGone);
  const [isLeaving, setIsLeaving] = useState(false);
  if (!subscription) {
    return (
      <Panel title={t('feed.title')} onClose={onClose}>
        <p className="py-6 text-soft">{t('feed.missing')}</p>
      </Panel>
    );
  }
  const { feed, title } = subscription;
  return (
    <Panel
      title={t('feed.title')}
      onClose={onClose}
      footer={
        <>
          <Button look="danger" className="me-auto" onClick={() => setIsLeaving(true)}>
            {t('feed.unsubscribe')}
          </Button>
          <Button onClick={() => void actions.refresh()}>{t('feed.refresh')}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-6">
        <FeedHealth subscription={subscription} />
        <NameForm subscription={subscription} onSave={(name) => actions.update({ title: name })} />
        <FolderChecks subscription={subscription} onChange={(folderIds) => void actions.update({ folderIds })} />
        <FeedTexts subscription={subscription} onChange={actions.update} />
        <PlaceLink
          place={{ source: { kind: 'feed', id }, isHome: false, panel: 'rules:new' }}
          className="inline-flex min-h-11 items-center self-start text-[0.9375rem] text-accent hover:underline md:min-h-8"
        >
          {ofRules('forFeed')}
        </PlaceLink>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 border-t border-line pt-4 text-sm">
          <Fact name={t('feed.address')}>
            <a href={feed.url} target="_blank" rel="noopener noreferrer" className="text-accent hover:underline">
              {feed.url}
            </a>
          </Fact>
          {feed.siteUrl && (
            <Fact name={t('feed.site')}>
              <a href={feed.siteUrl} target="_blank" rel="noopener noreferrer" className="text-accent hover:underline">
                {feed.siteUrl}
              </a>
            </Fact>
          )}
          {feed.format && <Fact name={t('feed.format')}>{formatNames[feed.format]}</Fact>}
        </dl>
      </div>
      {isLeaving && (
        <Confirm
          title={t('feed.unsubscribeTitle', { name: title })}
          text={t('feed.unsubscribeText')}
          action={t('feed.unsubscribe')}
          isDangerous
          onCancel={() => setIsLeaving(false)}
          onConfirm={() => void actions.unsubscribe(title)}
        />
      )}
    </Panel>
  );
}

const formatNames = { rss: 'RSS', atom: 'Atom', rdf: 'RDF', json: 'JSON Feed' } as const;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

function useFeedActions(id: string, onGone: () => void) {
  const api = useApi();
  const cache = useQueryClient();
  const { t, dateTime, problem } = useTexts();
  const { show } = useToasts();
  const attempt = async (act: () => Promise<unknown>, done?: string) => {
    try {
      await act();
      await Promise.all([keys.subscriptions, keys.counters].map((queryKey) => cache.invalidateQueries({ queryKey })));
      if (done) show({ text: done });
      return true;
    } catch (error) {
      await cache.invalidateQueries({ queryKey: keys.subscriptions });
      show({ text: problem(error), tone: 'error' });
      return false;
    }
  };
  return {
    refresh: () => attempt(async () => show({ text: refreshText(await api.refreshSubscription(id), { t, dateTime }) })),
    /** Shown at once; what the server did not take is put back with its next answer. */
    update: (change: SubscriptionChange) => {
      cache.setQueryData<Subscription[]>(keys.subscriptions, (all) =>
        all?.map((one) => (one.id === id ? { ...one, ...change, title: change.title ?? one.title } : one)),
      );
      return attempt(() => api.updateSubscription(id, change), t('feed.saved'));
    },
    async unsubscribe(name: string) {
      if (!(await attempt(() => api.unsubscribe(id), t('feed.unsubscribed', { name })))) return;
      cache.removeQueries({ queryKey: keys.entries });
      onGone();
    },
  };
}

function NameForm({
  subscription,
  onSave,
}: {
  subscription: Subscription;
  onSave(name: string | null): Promise<unknown>;
}) {
  const { t } = useTexts();
  const { title, feed } = subscription;
  const isRenamed = title !== feed.title;
  return (
    <Form
      className="flex items-start gap-2"
      onSubmit={(form) => {
        const name = String(form.get('name') ?? '').trim();
        if (name !== title) void onSave(name === '' || name === feed.title ? null : name);
      }}
    >
      <Field
        className="flex-1"
        label={t('feed.name')}
        hint={isRenamed ? t('feed.ownName', { name: feed.title }) : undefined}
        name="name"
        defaultValue={title}
        placeholder={feed.title}
        maxLength={300}
      />
      <Button type="submit" className="mt-6.5">
        {t('action.save')}
      </Button>
    </Form>
  );
}

function FolderChecks({ subscription, onChange }: { subscription: Subscription; onChange(folderIds: string[]): void }) {
  const { t, language } = useTexts();
  const choices = folderChoices(useFolders(), language);
  const { folderIds } = subscription;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t('feed.folders')}</legend>
      {choices.length === 0 && <p className="text-sm text-soft">{t('feed.noFolders')}</p>}
      {choices.map(({ folder, depth }) => (
        <div key={folder.id} style={{ paddingInlineStart: `${depth * 1.25}rem` }}>
          <CheckField
            label={folder.name}
            checked={folderIds.includes(folder.id)}
            onChange={(isIn) => onChange(isIn ? [...folderIds, folder.id] : folderIds.filter((id) => id !== folder.id))}
          />
        </div>
      ))}
    </fieldset>
  );
}
