import { memo } from 'react';
import type { Subscription } from '../api/api.ts';
import type { TreeLine } from '../data/feed-tree.ts';
import { useTexts } from '../language/translate.ts';
import { Icon } from '../ui/icons.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';

export const lineClass =
  'sidebar-line min-h-11 items-center gap-2.5 rounded-lg text-[0.9375rem] -outline-offset-2 hover:bg-hover aria-[current=page]:bg-chosen aria-[current=page]:font-semibold md:min-h-8.5';

interface FolderLineProps {
  line: Extract<TreeLine, { kind: 'folder' }>;
  place: Place;
  count: number;
  isCurrent: boolean;
  onToggle(): void;
}

export function FolderLine({ line, place, count, isCurrent, onToggle }: FolderLineProps) {
  const { t } = useTexts();
  const { folder, depth, isOpen } = line;
  const label = t(isOpen ? 'nav.collapse' : 'nav.expand', { name: folder.name });
  return (
    <li className="group relative flex" style={indent(depth)}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={onToggle}
        className="flex min-h-11 w-8 shrink-0 items-center justify-center rounded-lg text-soft hover:text-ink md:min-h-8.5 md:w-7"
      >
        <Icon name="chevron" className={`size-4 transition-transform ${isOpen ? 'rotate-90' : ''}`} />
      </button>
      <PlaceLink
        place={{ source: { kind: 'folder', id: folder.id }, isHome: false }}
        aria-current={isCurrent ? 'page' : undefined}
        className={`${lineClass} flex min-w-0 flex-1 ps-1 pe-2`}
      >
        <span className={`min-w-0 flex-1 truncate font-medium ${folder.isLeft ? 'text-soft' : ''}`}>{folder.name}</span>
        {folder.isShared && <SharedMark />}
        <span className="group-focus-within:invisible group-hover:invisible pointer-coarse:pe-9 pointer-coarse:visible!">
          <UnreadCount count={count} />
        </span>
      </PlaceLink>
      <EditLink place={{ ...place, panel: `folder:${folder.id}` }} label={t('nav.editFolder', { name: folder.name })} />
    </li>
  );
}

/** At the end of a line: what can be done with it. A mouse sees it on the line alone. */
export function EditLink({ place, label }: { place: Place; label: string }) {
  return (
    <PlaceLink
      place={place}
      aria-label={label}
      title={label}
      className="absolute inset-y-0 end-0 flex w-10 items-center justify-center rounded-lg text-soft opacity-0 group-hover:opacity-100 hover:text-ink focus-visible:opacity-100 pointer-coarse:opacity-100"
    >
      <Icon name="more" />
    </PlaceLink>
  );
}

interface FeedLineProps {
  subscription: Subscription;
  depth: number;
  count: number;
  isCurrent: boolean;
}

export const FeedLine = memo(function FeedLine({ subscription, depth, count, isCurrent }: FeedLineProps) {
  const { title, status } = subscription;
  return (
    <li style={indent(depth)}>
      <PlaceLink
        place={{ source: { kind: 'feed', id: subscription.id }, isHome: false }}
        aria-current={isCurrent ? 'page' : undefined}
        className={`${lineClass} flex pe-2 ps-2`}
      >
        <span className={`min-w-0 flex-1 truncate ${count === 0 && !isCurrent ? 'text-soft' : ''}`}>{title}</span>
        <FailingMark state={status.state} />
        <UnreadCount count={count} />
      </PlaceLink>
    </li>
  );
});

function FailingMark({ state }: { state: Subscription['status']['state'] }) {
  const { t } = useTexts();
  if (state !== 'failing' && state !== 'gone') return null;
  const label = t(state === 'gone' ? 'nav.gone' : 'nav.failing');
  return (
    <span title={label} className="flex text-warning">
      <Icon name="warning" className="size-4" />
      <span className="sr-only">{label}</span>
    </span>
  );
}

/** What the whole team has. */
export function SharedMark() {
  const { t } = useTexts();
  return (
    <span title={t('nav.shared')} className="flex text-soft">
      <Icon name="team" className="size-4" />
      <span className="sr-only">{t('nav.shared')}</span>
    </span>
  );
}

export function UnreadCount({ count }: { count: number }) {
  const { t, number } = useTexts();
  if (count === 0) return null;
  return (
    <span className="text-[0.8125rem] font-normal text-soft tabular-nums">
      <span aria-hidden="true">{number(count)}</span>
      <span className="sr-only">{t('nav.unread', { count })}</span>
    </span>
  );
}

const indent = (depth: number) => ({ paddingInlineStart: `${depth * 0.875}rem` });
