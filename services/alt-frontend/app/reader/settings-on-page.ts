import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Settings } from '../api/api.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useSettings } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';

/** The settings that the whole page follows, kept on this device for the next first paint. */
export function useSettingsOnPage(): void {
  const api = useApi();
  const cache = useQueryClient();
  const settings = useSettings();
  const [, setPreferences] = usePreferences();
  const { language } = useTexts();
  const wasTried = useRef(false);
  useEffect(() => {
    if (!settings) return;
    const first = firstChange(settings, language, new Intl.DateTimeFormat().resolvedOptions().timeZone);
    if (!first || wasTried.current) {
      setPreferences({ theme: settings.theme, language: settings.language, textSize: settings.textSize });
      return;
    }
    wasTried.current = true;
    // Nobody asked for it: where it fails the next visit tries again.
    api
      .writeSettings(first)
      .then(({ version }) => {
        // What the reader changed meanwhile stays.
        cache.setQueryData<Settings>(keys.settings, (present) => present && { ...present, ...first, version });
      })
      .catch(() => undefined);
  }, [api, cache, settings, language, setPreferences]);
}

/**
 * What a browser knows of a reader who has set nothing yet: without it the server would write recaps of UTC days in
 * English. Null once anything was set, which raises the version.
 */
export function firstChange(
  settings: Settings,
  language: string,
  timeZone: string | undefined,
): Partial<Settings> | null {
  if (settings.version !== 1) return null;
  const change: Partial<Settings> = {};
  if (settings.language === 'auto') change.language = language as Settings['language'];
  if (settings.timeZone === 'UTC' && timeZone && timeZone !== 'UTC') change.timeZone = timeZone;
  return Object.keys(change).length > 0 ? change : null;
}
