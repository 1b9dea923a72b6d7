import { lazy, type ReactNode, Suspense } from 'react';
import { useTexts } from '../language/translate.ts';
import { Confirm } from '../ui/dialog.tsx';
import { type Place, useGoing } from './place.ts';
import type { MarkAll } from './reader-screen.tsx';

const AddFeed = lazy(async () => ({ default: (await import('../subscriptions/add-feed.tsx')).AddFeed }));
const FeedDetails = lazy(async () => ({ default: (await import('../subscriptions/feed-details.tsx')).FeedDetails }));
const FolderPanel = lazy(async () => ({ default: (await import('../subscriptions/folder-panel.tsx')).FolderPanel }));
const OpmlPanel = lazy(async () => ({ default: (await import('../subscriptions/opml-panel.tsx')).OpmlPanel }));
const SettingsPanel = lazy(async () => ({ default: (await import('../settings/settings-panel.tsx')).SettingsPanel }));
const LabelsPanel = lazy(async () => ({ default: (await import('./labels-panel.tsx')).LabelsPanel }));
const LabelPanel = lazy(async () => ({ default: (await import('./label-panel.tsx')).LabelPanel }));
const HelpPanel = lazy(async () => ({ default: (await import('../settings/help-panel.tsx')).HelpPanel }));

const PinPanel = lazy(async () => ({ default: (await import('../projects/pin-panel.tsx')).PinPanel }));
const AccountPanel = lazy(async () => ({ default: (await import('../account/account-panel.tsx')).AccountPanel }));
const TenantsPanel = lazy(async () => ({ default: (await import('../team/tenants-panel.tsx')).TenantsPanel }));
const TeamPanel = lazy(async () => ({ default: (await import('../team/team-panel.tsx')).TeamPanel }));
const ProofGate = lazy(async () => ({ default: (await import('../account/proof-gate.tsx')).ProofGate }));
const TagsPanel = lazy(async () => ({ default: (await import('../settings/tags-panel.tsx')).TagsPanel }));
const RulesPanel = lazy(async () => ({ default: (await import('../rules/rules-panel.tsx')).RulesPanel }));
const SavedSearchPanel = lazy(async () => ({
  default: (await import('../search/saved-search-panel.tsx')).SavedSearchPanel,
}));

export interface PanelProps {
  onClose(): void;
}

/** The panel that the address names, and the question before everything is marked read. */
export function Panels({ place, markAll }: { place: Place; markAll: MarkAll }) {
  const { t } = useTexts();
  const going = useGoing();
  const [name = '', id = '', part = ''] = place.panel?.split(':') ?? [];
  const onClose = () => going.back({ ...place, panel: undefined });
  const onGone = () => going.to({ source: { kind: 'all' }, isHome: false }, true);
  const panels: Record<string, () => ReactNode> = {
    add: () => <AddFeed onClose={onClose} />,
    feed: () => <FeedDetails key={id} id={id} onClose={onClose} onGone={onGone} />,
    folder: () => <FolderPanel key={id} id={id} onClose={onClose} onGone={onGone} />,
    'new-folder': () => <FolderPanel id={null} onClose={onClose} onGone={onClose} />,
    opml: () => <OpmlPanel onClose={onClose} />,
    settings: () => <SettingsPanel onClose={onClose} />,
    tenants: () => <TenantsPanel onClose={onClose} />,
    team: () => <TeamPanel part={id} onClose={onClose} />,
    account: () => <AccountPanel onClose={onClose} />,
    labels: () => <LabelsPanel key={id} id={id} onClose={onClose} />,
    tags: () => <TagsPanel onClose={onClose} />,
    rules: () => <RulesPanel place={place} id={id} onClose={onClose} />,
    search: () => <SavedSearchPanel key={id} id={id} onClose={onClose} />,
    pin: () => <PinPanel key={id} id={id} highlightId={part} onClose={onClose} />,
    label: () => <LabelPanel key={id} id={id} onClose={onClose} />,
    help: () => <HelpPanel onClose={onClose} />,
  };
  return (
    <Suspense fallback={null}>
      {panels[name]?.()}
      <ProofGate />
      {markAll.question !== null && (
        <Confirm
          title={t('list.confirmTitle')}
          text={t('list.confirmText', { count: markAll.question })}
          action={t('list.markAllRead')}
          onConfirm={markAll.confirm}
          onCancel={markAll.cancel}
        />
      )}
    </Suspense>
  );
}
