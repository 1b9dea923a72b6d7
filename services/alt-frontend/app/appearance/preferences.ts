import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Settings } from '../api/api.ts';

/**
 * What the page must know before the server has answered (a copy of some settings) and what belongs to this device
 * alone: typeface, panes, closed folders.
 */
export interface Preferences {
  theme: Settings['theme'];
  language: Settings['language'];
  textSize: number;
  face: 'serif' | 'sans';
  panes: 'three' | 'two';
  closedFolders: readonly string[];
}

export interface PreferenceStore {
  get(): Preferences;
  set(change: Partial<Preferences>): void;
  subscribe(listener: () => void): () => void;
}

const defaults: Preferences = {
  theme: 'system',
  language: 'auto',
  textSize: 18,
  face: 'serif',
  panes: 'three',
  closedFolders: [],
};

const storageKey = 'alt.preferences';

/** The preferences of this device, kept in `localStorage` where there is one and applied to the document. */
export function createPreferences(): PreferenceStore {
  const listeners = new Set<() => void>();
  let current: Preferences = { ...defaults, ...readStored() };
  applyPreferences(current);
  return {
    get: () => current,
    set(change) {
      const isSame = Object.entries(change).every(([name, value]) => current[name as keyof Preferences] === value);
      if (isSame) return;
      current = { ...current, ...change };
      applyPreferences(current);
      writeStored(current);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const PreferencesContext = createContext<PreferenceStore | null>(null);

export function usePreferences(): [Preferences, PreferenceStore['set']] {
  const store = useContext(PreferencesContext);
  if (!store) throw new Error('usePreferences needs a PreferencesContext above it');
  return [useSyncExternalStore(store.subscribe, store.get), store.set];
}

function applyPreferences({ theme, face, textSize }: Preferences): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.face = face;
  root.style.setProperty('--reading-size', `${textSize / 16}rem`);
}

function readStored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>;
  } catch {
    return {};
  }
}

function writeStored(preferences: Preferences): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(preferences));
  } catch {
    // A browser without storage forgets them with the page.
  }
}
