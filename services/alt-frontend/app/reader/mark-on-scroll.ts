import { type RefObject, useEffect, useRef } from 'react';
import type { Entry } from '../api/api.ts';
import { useMarkSeen } from '../data/changes.ts';

const pauseMs = 400;

/**
 * Marks articles read that the reader saw in the list and then scrolled past, once each: one that is marked unread again
 * stays so. What a jump leaves out was never seen. Lines have one height, so places follow from the scroll position.
 */
export function useMarkOnScroll(
  scroller: RefObject<HTMLElement | null>,
  entries: readonly Entry[],
  rowHeight: number,
  isOn: boolean,
): void {
  const markSeen = useMarkSeen();
  const seen = useRef(new Set<string>());
  const done = useRef(new Set<string>());
  useEffect(() => {
    const element = scroller.current;
    if (!isOn || !element || rowHeight === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer = undefined;
      const first = Math.floor(element.scrollTop / rowHeight);
      const last = Math.floor((element.scrollTop + element.clientHeight) / rowHeight);
      const passed = entries
        .slice(0, first)
        .filter(({ id, read }) => !read && seen.current.has(id) && !done.current.has(id));
      for (const { id } of entries.slice(first, last)) seen.current.add(id);
      for (const { id } of passed) done.current.add(id);
      if (passed.length > 0) void markSeen(passed.slice(0, 1_000));
    };
    const onScroll = () => {
      timer ??= setTimeout(look, pauseMs);
    };
    onScroll();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, entries, rowHeight, isOn, markSeen]);
}
