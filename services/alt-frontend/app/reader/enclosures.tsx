import { useEffect, useRef, useState } from 'react';
import type { FullEntry } from '../api/api.ts';
import { duration } from '../language/time.ts';
import { useTexts } from '../language/translate.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { playerName, playerOfPage } from './player-hosts.ts';
import { playerFrame } from './players.ts';

type Enclosure = FullEntry['enclosures'][number];

interface EnclosuresProps {
  enclosures: readonly Enclosure[];
  /** The article's own address: a video page has a player of its own. */
  pageUrl: string | null;
  /** The text shown above: what it shows already is not shown twice. */
  html: string;
}

/** What hangs on an article: audio and video to play, files to fetch. Nothing is loaded before it is asked for. */
export function Enclosures({ enclosures, pageUrl, html }: EnclosuresProps) {
  const { t } = useTexts();
  const page = pageUrl ? playerOfPage(pageUrl) : null;
  const shown = enclosures.filter(
    ({ url, type }) => isSafe(url) && !(type?.startsWith('image/') && html.includes(url)),
  );
  if (shown.length === 0 && !page) return null;
  return (
    <section aria-label={t('article.attachments')} className="mt-8 flex flex-col gap-4">
      {page && <VideoPage url={page} title="" />}
      {shown.map((enclosure) => (
        <Attachment key={enclosure.url} enclosure={enclosure} />
      ))}
    </section>
  );
}

function Attachment({ enclosure }: { enclosure: Enclosure }) {
  const { t, number } = useTexts();
  const { url, type, length, durationSeconds, title } = enclosure;
  const page = playerOfPage(url);
  if (page) return <VideoPage url={page} title={title ?? ''} />;
  const name = title || fileNameOf(url);
  const facts = [
    durationSeconds ? duration(durationSeconds) : null,
    length && length > 0 ? `${number(Math.max(0.1, Math.round(length / 100_000) / 10))} MB` : null,
  ].filter(Boolean);
  return (
    <div className="rounded-xl border border-line bg-side p-4">
      <p className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="min-w-0 font-medium wrap-anywhere">{name}</span>
        <span className="text-soft tabular-nums">{facts.join(' · ')}</span>
      </p>
      {type?.startsWith('audio/') && (
        // biome-ignore lint/a11y/useMediaCaption: a podcast of somebody else comes without captions
        <audio controls preload="none" src={url} aria-label={name} className="w-full" />
      )}
      {type?.startsWith('video/') && (
        // biome-ignore lint/a11y/useMediaCaption: a video of somebody else comes without captions
        <video controls preload="none" src={url} aria-label={name} className="w-full rounded-lg bg-ink" />
      )}
      <a href={url} target="_blank" rel="noopener noreferrer" className={`${buttonClass('plain')} mt-3`}>
        {t('article.download')}
      </a>
    </div>
  );
}

function VideoPage({ url, title }: { url: URL; title: string }) {
  const { t } = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const player = playerName(url);
  const address = url.href;
  useEffect(() => {
    if (isPlaying) frame.current?.replaceChildren(playerFrame(new URL(address), title));
  }, [isPlaying, address, title]);
  if (isPlaying) return <div ref={frame} />;
  return (
    <div className="player">
      <button type="button" className="player-button inline-flex items-center gap-2" onClick={() => setIsPlaying(true)}>
        <Icon name="play" filled className="size-4" />
        {t('article.play', { player })}
      </button>
      <p className="player-note">{t('article.playNote', { player })}</p>
    </div>
  );
}

/** An address that a link may lead to. */
export function isSafe(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

function fileNameOf(url: string): string {
  const parsed = URL.parse(url);
  const name = parsed?.pathname.split('/').at(-1);
  return name ? decodeURIComponentSafely(name) : (parsed?.hostname ?? url);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
