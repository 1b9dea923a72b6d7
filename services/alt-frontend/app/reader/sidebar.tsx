import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { usePreferences } from '../appearance/preferences.ts';
import { useApi } from '../data/api-context.ts';
import { feedTree } from '../data/feed-tree.ts';
import { identityQuery, useCounters, useFolders, useLabels, useSettings, useSubscriptions } from '../data/queries.ts';
import type { Source } from '../data/sources.ts';
import { useTexts } from '../language/translate.ts';
import { iconButtonClass } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { EditLink, FeedLine, FolderLine, lineClass, SharedMark, UnreadCount } from './sidebar-lines.tsx';

const SavedSearches = lazy(async () => ({ default: (await import('../search/saved-searches.tsx')).SavedSearches }));

const TenantName = lazy(async () => ({ default: (await import('../team/tenant-name.tsx')).TenantName }));

/** Everything the reader follows, with what is unread. */
export function Sidebar({ place }: { place: Place }) {
  const { t } = useTexts();
  return (
    <>
      <header className="bar">
        <img src="/icon.svg" alt="" width="26" height="26" className="ms-1" />
        <span className="min-w-0 flex-1 ps-1 font-serif text-xl">
          <Suspense fallback={t('app.name')}>
            <TenantName place={place} />
          </Suspense>
        </span>
        <PanelLink place={place} panel="add" icon="plus" label={t('nav.addFeed')} />
      </header>
      <nav aria-label={t('nav.label')} className="scroll px-2 pb-4">
        <Troubles place={place} />
        <FixedLines place={place} />
        <Tree place={place} />
        <Suspense fallback={null}>
          <SavedSearches place={place} />
        </Suspense>
        <Labels place={place} />
      </nav>
      <FirstFetches />
      <footer className="bar border-t border-line">
        <PanelLink place={place} panel="settings" icon="settings" label={t('nav.settings')} />
        <PanelLink place={place} panel="opml" icon="transfer" label={t('nav.import')} />
        <PanelLink place={place} panel="new-folder" icon="folder" label={t('nav.newFolder')} />
        <PanelLink place={place} panel="tags" icon="label" label={t('nav.tags')} />
        <span className="ms-auto hidden md:block">
          <PanelLink place={place} panel="help" icon="keyboard" label={t('nav.help')} />
        </span>
      </footer>
    </>
  );
}

function PanelLink({ place, panel, icon, label }: { place: Place; panel: string; icon: IconName; label: string }) {
  return (
    <PlaceLink place={{ ...place, panel }} className={iconButtonClass} aria-label={label} title={label}>
      <Icon name={icon} />
    </PlaceLink>
  );
}

function FixedLines({ place }: { place: Place }) {
  const { t } = useTexts();
  const counters = useCounters();
  const { data: identity } = useQuery(identityQuery(useApi()));
  const ofOwner: { source: Source; icon: IconName; label: string }[] = identity?.ownsInstance
    ? [{ source: { kind: 'logs' }, icon: 'terminal', label: t('nav.logs') }]
    : [];
  const lines: ReadonlyArray<{ source: Source; icon: IconName; label: string; count?: number }> = [
    { source: { kind: 'all' }, icon: 'all', label: t('nav.all'), count: counters.unread },
    { source: { kind: 'starred' }, icon: 'star', label: t('nav.starred') },
    { source: { kind: 'highlights', isNotes: false, text: '' }, icon: 'highlight', label: t('nav.highlights') },
    { source: { kind: 'search', text: '' }, icon: 'search', label: t('nav.search') },
    { source: { kind: 'ask', text: '' }, icon: 'comments', label: t('nav.ask') },
    { source: { kind: 'recap', period: 'daily' }, icon: 'text', label: t('nav.recap') },
    { source: { kind: 'projects', path: '' }, icon: 'folder', label: t('nav.projects') },
    { source: { kind: 'statistics', part: 'own' }, icon: 'chart', label: t('nav.statistics') },
    ...ofOwner,
  ];
  return (
    <ul className="pb-2">
      {lines.map(({ source, icon, label, count }) => (
        <li key={source.kind}>
          <PlaceLink
            place={{ source, isHome: false }}
            aria-current={place.source.kind === source.kind && !isPhoneHome(place) ? 'page' : undefined}
            className={`${lineClass} flex px-2`}
          >
            <Icon name={icon} className="text-soft" />
            <span className="min-w-0 flex-1 truncate">{label}</span>
            {count !== undefined && <UnreadCount count={count} />}
          </PlaceLink>
        </li>
      ))}
    </ul>
  );
}

/** At the root a phone shows the sidebar alone: no line of it is the present page. */
function isPhoneHome(place: Place): boolean {
  return place.isHome && window.matchMedia('(width < 48rem)').matches;
}

function Tree({ place }: { place: Place }) {
  const { t, language } = useTexts();
  const counters = useCounters();
  const subscriptions = useSubscriptions();
  const folders = useFolders();
  const [{ closedFolders }, setPreferences] = usePreferences();
  const closed = useMemo(() => new Set(closedFolders), [closedFolders]);
  const lines = useMemo(
    () => feedTree(folders, subscriptions, closed, language),
    [folders, subscriptions, closed, language],
  );
  if (lines.length === 0) return null;
  const toggle = (id: string) =>
    setPreferences({
      closedFolders: closed.has(id) ? closedFolders.filter((other) => other !== id) : [...closedFolders, id],
    });
  const { source } = place;
  return (
    <>
      <h2 className="px-2 pt-3 pb-1 text-xs font-medium text-soft">{t('nav.feeds')}</h2>
      <ul>
        {lines.map((line) =>
          line.kind === 'folder' ? (
            <FolderLine
              key={`folder-${line.folder.id}`}
              line={line}
              place={place}
              count={counters.byFolder[line.folder.id] ?? 0}
              isCurrent={source.kind === 'folder' && source.id === line.folder.id}
              onToggle={() => toggle(line.folder.id)}
            />
          ) : (
            <FeedLine
              key={line.key}
              subscription={line.subscription}
              depth={line.depth}
              count={counters.bySubscription[line.subscription.id] ?? 0}
              isCurrent={source.kind === 'feed' && source.id === line.subscription.id}
            />
          ),
        )}
      </ul>
    </>
  );
}

/** The labels that articles have, where there are any. */
function Labels({ place }: { place: Place }) {
  const { t, language } = useTexts();
  const labels = useLabels();
  const names = useMemo(() => {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    return labels
      .filter(({ count, isShared }) => count > 0 || isShared)
      .sort((a, b) => collator.compare(a.name, b.name));
  }, [labels, language]);
  if (names.length === 0) return null;
  const { source } = place;
  return (
    <>
      <h2 className="px-2 pt-3 pb-1 text-xs font-medium text-soft">{t('nav.labels')}</h2>
      <ul aria-label={t('nav.labels')}>
        {names.map(({ id, name, isShared }) => (
          <li key={id} className="group relative flex">
            <PlaceLink
              place={{ source: { kind: 'label', name }, isHome: false }}
              aria-current={source.kind === 'label' && source.name === name ? 'page' : undefined}
              className={`${lineClass} flex min-w-0 flex-1 px-2`}
            >
              <Icon name="label" className="size-4 text-soft" />
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {isShared && (
                <span className="group-focus-within:pe-8 group-hover:pe-8 pointer-coarse:pe-9">
                  <SharedMark />
                </span>
              )}
            </PlaceLink>
            <EditLink place={{ ...place, panel: `label:${id}` }} label={t('nav.editLabel', { name })} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Says that feeds fail, if the reader wants to hear of it; a single one leads to its details. */
function Troubles({ place }: { place: Place }) {
  const { t } = useTexts();
  const isWanted = useSettings()?.notifications.failingFeeds ?? false;
  const troubled = useSubscriptions().filter(({ status: { state } }) => state === 'failing' || state === 'gone');
  const [first] = troubled;
  if (!isWanted || !first) return null;
  const text = t('nav.troubled', { count: troubled.length });
  return (
    <p role="status" className="px-2 text-[0.8125rem] text-soft">
      {troubled.length > 1 ? (
        <span className="flex items-center gap-2 py-1">
          <Icon name="warning" className="size-4 text-warning" />
          {text}
        </span>
      ) : (
        <PlaceLink
          place={{ ...place, panel: `feed:${first.id}` }}
          className="flex min-h-11 items-center gap-2 hover:underline md:min-h-8"
        >
          <Icon name="warning" className="size-4 text-warning" />
          {text}
        </PlaceLink>
      )}
    </p>
  );
}

function FirstFetches() {
  const { t } = useTexts();
  const pending = useSubscriptions().filter(({ status }) => status.state === 'pending').length;
  return (
    <p role="status" className="flex-none px-4 text-[0.8125rem] text-soft not-empty:py-2">
      {pending > 0 && t('nav.pending', { count: pending })}
    </p>
  );
}
