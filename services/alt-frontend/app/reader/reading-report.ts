import { useEffect, useRef } from 'react';
import { useConnection } from '../data/api-context.ts';
import { useSettings } from '../data/queries.ts';

/** Somebody who left the page open reads no longer. */
const LONGEST_SECONDS = 1_800;

/**
 * Tells the reader’s own statistics that an article was opened, and for how long it was seen: when it is left, when the page
 * is hidden or closed. Nothing is told where the reader switched that off.
 */
export function useReadingReport(entryId: string, hasSummary: boolean): void {
  const { client } = useConnection();
  const isOn = useSettings()?.statistics ?? false;
  const summary = useRef(hasSummary);
  summary.current = hasSummary;
  useEffect(() => {
    if (!isOn) return;
    let isOpened = false;
    let seenFrom = document.visibilityState === 'visible' ? performance.now() : null;
    const tell = (hasLeft: boolean) => {
      const seconds = seenFrom === null ? 0 : Math.round((performance.now() - seenFrom) / 1_000);
      seenFrom = null;
      const summaryShown = hasLeft && summary.current;
      if (isOpened && seconds === 0 && !summaryShown) return;
      const event = { entryId, opened: !isOpened, seconds: Math.min(seconds, LONGEST_SECONDS), summaryShown };
      isOpened = true;
      // Statistics are worth no second try and no message.
      client.call('POST', '/v1/stats/events', { body: { events: [event] }, keepalive: true }).catch(() => {});
    };
    const onVisibility = () => {
      if (document.visibilityState === 'hidden') tell(false);
      else seenFrom = performance.now();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      tell(true);
    };
  }, [client, entryId, isOn]);
}
