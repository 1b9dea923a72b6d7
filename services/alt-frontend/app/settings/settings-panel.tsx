import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Settings } from '../api/api.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { useChangeSettings } from '../data/changes.ts';
import { identityQuery, useSettings } from '../data/queries.ts';
import { languageNames, languages } from '../language/language.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Choice, SelectField } from '../ui/field.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { Keys } from './keys.tsx';

/** How Alt looks and reads, and what belongs to the account. */
export function SettingsPanel({ onClose }: PanelProps) {
  const { t } = useTexts();
  const settings = useSettings();
  return (
    <Panel title={t('settings.title')} onClose={onClose}>
      <Section title={t('settings.reading')}>{settings && <ReadingSettings settings={settings} />}</Section>
      <Section title={t('settings.programs')}>
        <Keys kind="app-passwords" title={t('settings.appPasswords')} text={t('settings.appPasswordsText')} />
        <Keys kind="api-keys" title={t('settings.apiKeys')} text={t('settings.apiKeysText')} />
      </Section>
      <Section title={t('settings.account')}>
        <Account />
      </Section>
    </Panel>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-5 border-line py-5 first:pt-0 not-first:border-t">
      <h3 className="font-serif text-lg">{title}</h3>
      {children}
    </section>
  );
}

function ReadingSettings({ settings }: { settings: Settings }) {
  const { t } = useTexts();
  const [{ face, panes }, setPreferences] = usePreferences();
  const changeSettings = useChangeSettings();
  const change = (part: Partial<Settings>) => void changeSettings(part);
  return (
    <>
      <Choice
        label={t('settings.theme')}
        value={settings.theme}
        options={(['system', 'light', 'dark', 'sepia'] as const).map((name) => [name, t(`settings.theme.${name}`)])}
        onChange={(theme) => change({ theme })}
      />
      <Choice
        label={t('settings.density')}
        value={settings.density}
        options={(['cards', 'list', 'compact'] as const).map((name) => [name, t(`settings.density.${name}`)])}
        onChange={(density) => change({ density })}
      />
      <div className="max-md:hidden">
        <Choice
          label={t('settings.panes')}
          value={panes}
          options={(['three', 'two'] as const).map((name) => [name, t(`settings.panes.${name}`)])}
          onChange={(next) => setPreferences({ panes: next })}
        />
      </div>
      <Choice
        label={t('settings.face')}
        value={face}
        options={(['serif', 'sans'] as const).map((name) => [name, t(`settings.face.${name}`)])}
        onChange={(next) => setPreferences({ face: next })}
      />
      <TextSize value={settings.textSize} onChange={(textSize) => change({ textSize })} />
      <Choice
        label={t('settings.view')}
        value={settings.view}
        options={(['unread', 'all'] as const).map((name) => [name, t(`settings.view.${name}`)])}
        onChange={(view) => change({ view })}
      />
      <SelectField
        label={t('settings.language')}
        value={settings.language}
        onChange={(event) => change({ language: event.target.value as Settings['language'] })}
      >
        <option value="auto">{t('settings.language.auto')}</option>
        {languages.map((name) => (
          <option key={name} value={name} lang={name}>
            {languageNames[name]}
          </option>
        ))}
      </SelectField>
    </>
  );
}

const textSizes = { smallest: 12, largest: 28 };

function TextSize({ value, onChange }: { value: number; onChange(size: number): void }) {
  const { t, number } = useTexts();
  const to = (size: number) => onChange(Math.min(textSizes.largest, Math.max(textSizes.smallest, size)));
  return (
    <label className="block">
      <span className="mb-1.5 flex justify-between text-sm font-medium">
        {t('settings.textSize')} <span className="font-normal text-soft tabular-nums">{number(value)}</span>
      </span>
      <input
        type="range"
        min={textSizes.smallest}
        max={textSizes.largest}
        value={value}
        onChange={(event) => to(Number(event.target.value))}
        className="h-11 w-full accent-accent md:h-8"
      />
    </label>
  );
}

function Account() {
  const { api, client } = useConnection();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { t, problem } = useTexts();
  const { show } = useToasts();
  const identity = useQuery(identityQuery(api)).data;
  const signOut = async () => {
    try {
      await api.logout();
      client.keepCsrfToken(null);
      await navigate({ to: '/sign-in', replace: true });
      forgetReader(cache);
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      {identity && <p className="text-[0.9375rem] text-soft">{t('settings.signedInAs', { email: identity.email })}</p>}
      <Button onClick={() => void signOut()}>{t('settings.signOut')}</Button>
    </div>
  );
}
