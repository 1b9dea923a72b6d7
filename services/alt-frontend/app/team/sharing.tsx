import { useState } from 'react';
import { Part } from '../account/parts.tsx';
import type { Folder, Label } from '../api/api.ts';
import type { SavedSearch } from '../api/enrichment.ts';
import { useAttempt } from '../data/account.ts';
import { useApi } from '../data/api-context.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { isAtLeast, useRole, useTenants } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { sharingTexts } from './sharing-texts.ts';

/** Sharing a folder with the team; leaving a shared one, and coming back. */
export function FolderSharing({ folder }: { folder: Folder }) {
  const api = useApi();
  const t = useOwnTexts(sharingTexts);
  const attempt = useAttempt(keys.folders, keys.subscriptions, keys.counters, keys.entries);
  const { id, name, isShared, isLeft } = folder;
  if (!isShared) {
    return (
      <ShareButton
        title={t('shareFolderTitle', { name })}
        text={t('shareFolder')}
        onShare={() => void attempt(() => api.updateFolder(id, { isShared: true }))}
      />
    );
  }
  return (
    <Part title={t('title')} text={t(isLeft ? 'left' : 'shared')}>
      {!isLeft && <p className="text-sm text-soft">{t('leaveText')}</p>}
      <Button
        className="self-start"
        onClick={() => void attempt(() => (isLeft ? api.rejoinFolder(id) : api.leaveFolder(id)))}
      >
        {t(isLeft ? 'rejoin' : 'leave')}
      </Button>
    </Part>
  );
}

/** Sharing a saved search with the team. */
export function SearchSharing({ search }: { search: SavedSearch }) {
  const api = useEnrichment();
  const t = useOwnTexts(sharingTexts);
  const attempt = useAttempt(keys.savedSearches);
  const { id, name, isShared } = search;
  if (isShared) return <Part title={t('title')} text={t('shared')} />;
  return (
    <ShareButton
      title={t('shareSearchTitle', { name })}
      text={t('shareSearch')}
      onShare={() => void attempt(() => api.changeSavedSearch(id, { isShared: true }))}
    />
  );
}

/** Sharing a label with the team. */
export function LabelSharing({ label }: { label: Label }) {
  const api = useApi();
  const t = useOwnTexts(sharingTexts);
  const attempt = useAttempt(keys.labels, keys.entries, keys.anyEntry);
  const { name, isShared } = label;
  if (isShared) return <Part title={t('title')} text={t('sharedLabel')} />;
  return (
    <ShareButton
      title={t('shareLabelTitle', { name })}
      text={t('shareLabel')}
      onShare={() => void attempt(() => api.changeLabel(name, { isShared: true }))}
    />
  );
}

/** Nothing where there is nobody to share with; for who may not, the reason. */
function ShareButton({ title, text, onShare }: { title: string; text: string; onShare(): void }) {
  const t = useOwnTexts(sharingTexts);
  const isMember = isAtLeast(useRole(), 'member');
  const tenant = useTenants().find(({ isCurrent }) => isCurrent);
  const [isAsking, setIsAsking] = useState(false);
  if (!tenant || tenant.isPersonal) return null;
  return (
    <Part title={t('title')} text={isMember ? undefined : t('readerOnly')}>
      {isMember && (
        <Button className="self-start" onClick={() => setIsAsking(true)}>
          {t('share')}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={title}
          text={text}
          action={t('share')}
          onCancel={() => setIsAsking(false)}
          onConfirm={() => {
            setIsAsking(false);
            onShare();
          }}
        />
      )}
    </Part>
  );
}
