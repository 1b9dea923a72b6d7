import { useEffect, useRef } from 'react';

export type Shortcut =
  | 'next'
  | 'previous'
  | 'open'
  | 'close'
  | 'toggleRead'
  | 'toggleStar'
  | 'labels'
  | 'original'
  | 'refresh'
  | 'markAllRead'
  | 'search'
  | 'add'
  | 'help'
  | 'goAll'
  | 'goStarred';

const single: Readonly<Record<string, Shortcut>> = {
  j: 'next',
  k: 'previous',
  o: 'open',
  Enter: 'open',
  Escape: 'close',
  m: 'toggleRead',
  s: 'toggleStar',
  l: 'labels',
  v: 'original',
  r: 'refresh',
  A: 'markAllRead',
  '/': 'search',
  a: 'add',
  '?': 'help',
};

const afterG: Readonly<Record<string, Shortcut>> = { a: 'goAll', s: 'goStarred' };

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>;

export function shortcutOf(event: KeyPress, isAfterG: boolean): Shortcut | null {
  const key = keyOf(event);
  return (isAfterG ? afterG[key] : single[key]) ?? null;
}

/** Keys by physical place, so that `j` is the same key under a Russian layout, where it writes `о`. */
export function keyOf(event: KeyPress): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const isLatin = /^[a-z]$/i.test(event.key);
  return letter && !isLatin ? (event.shiftKey ? letter : letter.toLowerCase()) : event.key;
}

const sequenceMs = 1_200;

/** Runs `handle` for the reader's keys; not while they type, and not beside Ctrl, Alt or Meta. */
export function useShortcuts(isEnabled: boolean, handle: (shortcut: Shortcut) => boolean): void {
  const latest = useRef(handle);
  useEffect(() => {
    latest.current = handle;
  });
  useEffect(() => {
    if (!isEnabled) return;
    let gPressedAt = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      if (isForOthers(event)) return;
      const isAfterG = event.timeStamp - gPressedAt < sequenceMs;
      gPressedAt = event.code === 'KeyG' && !event.shiftKey ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const shortcut = shortcutOf(event, isAfterG);
      if (shortcut === 'open' && event.key === 'Enter' && isOnControl(event)) return;
      if (shortcut && latest.current(shortcut)) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [isEnabled]);
}

/** A press that is no shortcut: handled already, with Ctrl, Alt or Meta, or writing. */
export function isForOthers(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event);
}

function isTyping(event: KeyboardEvent): boolean {
  if (event.isComposing) return true;
  const target = event.target;
  return (
    target instanceof HTMLElement && target.matches('input:not([type=radio]), textarea, select, [contenteditable]')
  );
}

function isOnControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('a, button, summary, label') !== null;
}
