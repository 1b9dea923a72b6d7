import type { ReactNode } from 'react';
import type { Settings } from '../api/api.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useChangeSettings } from '../data/changes.ts';
import { useSettings } from '../data/queries.ts';
import { languageNames, languages } from '../language/language.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { usePlace } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { rulesTexts } from '../rules/rules-texts.ts';
import { buttonClass } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { CheckField, Choice, SelectField } from '../ui/field.tsx';
import { AccountSettings } from './account-settings.tsx';
import { InoreaderSettings } from './inoreader-settings.tsx';
import { inoreaderTexts } from './inoreader-texts.ts';
import { Keys } from './keys.tsx';
import { readingTexts } from './reading-texts.ts';
import { RecapSettings } from './recap-settings.tsx';
import { RetentionSettings } from './retention-settings.tsx';
import { SummarySettings } from './summary-settings.tsx';
import { tagsTexts } from './tags-texts.ts';

/** How Alt looks and reads, and what belongs to the account. */
export function SettingsPanel({ onClose }: PanelProps) {
  const { t } = useTexts();
  const own = useOwnTexts(readingTexts);
  const recapTitle = useOwnTexts(tagsTexts)('recaps');
  const inoreaderTitle = useOwnTexts(inoreaderTexts)('title');
  const settings = useSettings();
  const changeSettings = useChangeSettings();
  return (
    <Panel title={t('settings.title')} onClose={onClose}>
      <Section title={own('reading')}>{settings && <ReadingSettings settings={settings} />}</Section>
      <Section title={own('keep')}>
        {settings && (
          <RetentionSettings
            retention={settings.retention}
            onChange={(retention) => void changeSettings({ retention })}
          />
        )}
        <PlaceLink
          place={{ source: { kind: 'hidden' }, isHome: false }}
          className="inline-flex min-h-11 items-center self-start text-[0.9375rem] text-accent hover:underline md:min-h-8"
        >
          {t('list.hidden')}
        </PlaceLink>
      </Section>
      <RuleSettings />
      <SummarySettings />
      <Section title={recapTitle}>
        <RecapSettings />
      </Section>
      <Section title={inoreaderTitle}>
        <InoreaderSettings />
      </Section>
      <ImportSettings />
      <Section title={own('programs')}>
        <Keys kind="app-passwords" title={t('settings.appPasswords')} text={t('settings.appPasswordsText')} />
        <Keys kind="api-keys" title={t('settings.apiKeys')} text={t('settings.apiKeysText')} />
      </Section>
      <Section title={t('settings.account')}>
        <AccountSettings />
      </Section>
    </Panel>
  );
}

/** Accounts elsewhere, files in and out: a panel of its own. */
function ImportSettings() {
  const { t } = useTexts();
  const own = useOwnTexts(readingTexts);
  const place = usePlace();
  return (
    <Section title={t('nav.import')}>
      <p className="-mt-3 text-sm text-soft">{own('importText')}</p>
      <PlaceLink place={{ ...place, panel: 'opml' }} className={`${buttonClass('plain')} self-start`}>
        {own('importOpen')}
      </PlaceLink>
    </Section>
  );
}

function RuleSettings() {
  const t = useOwnTexts(rulesTexts);
  const place = usePlace();
  return (
    <Section title={t('title')}>
      <p className="-mt-3 text-sm text-soft">{t('text')}</p>
      <PlaceLink place={{ ...place, panel: 'rules' }} className={`${buttonClass('plain')} self-start`}>
        {t('open')}
      </PlaceLink>
    </Section>
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
  const own = useOwnTexts(readingTexts);
  const [{ face, panes }, setPreferences] = usePreferences();
  const changeSettings = useChangeSettings();
  const change = (part: Partial<Settings>) => void changeSettings(part);
  return (
    <>
      <Choice
        label={own('theme')}
        value={settings.theme}
        options={(['system', 'light', 'dark', 'sepia'] as const).map((name) => [name, own(`theme.${name}`)])}
        onChange={(theme) => change({ theme })}
      />
      <Choice
        label={own('density')}
        value={settings.density}
        options={(['cards', 'list', 'compact'] as const).map((name) => [name, own(`density.${name}`)])}
        onChange={(density) => change({ density })}
      />
      <div className="max-md:hidden">
        <Choice
          label={own('panes')}
          value={panes}
          options={(['three', 'two'] as const).map((name) => [name, own(`panes.${name}`)])}
          onChange={(next) => setPreferences({ panes: next })}
        />
      </div>
      <Choice
        label={own('face')}
        value={face}
        options={(['serif', 'sans'] as const).map((name) => [name, own(`face.${name}`)])}
        onChange={(next) => setPreferences({ face: next })}
      />
      <TextSize value={settings.textSize} onChange={(textSize) => change({ textSize })} />
      <Choice
        label={own('view')}
        value={settings.view}
        options={(['unread', 'all'] as const).map((name) => [name, own(`view.${name}`)])}
        onChange={(view) => change({ view })}
      />
      <div>
        <CheckField
          label={own('markReadOnScroll')}
          checked={settings.markReadOnScroll}
          onChange={(markReadOnScroll) => change({ markReadOnScroll })}
        />
        <CheckField
          label={own('failingFeeds')}
          checked={settings.notifications.failingFeeds}
          onChange={(failingFeeds) => change({ notifications: { ...settings.notifications, failingFeeds } })}
        />
      </div>
      <SelectField
        label={t('settings.language')}
        value={settings.language}
        onChange={(event) => change({ language: event.target.value as Settings['language'] })}
      >
        <option value="auto">{own('language.auto')}</option>
        {languages.map((name) => (
          <option key={name} value={name} lang={name}>
            {languageNames[name]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={own('timeZone')}
        hint={own('timeZoneText')}
        value={settings.timeZone}
        onChange={(event) => change({ timeZone: event.target.value })}
      >
        {timeZones(settings.timeZone).map((name) => (
          <option key={name} value={name}>
            {name.replaceAll('_', ' ')}
          </option>
        ))}
      </SelectField>
    </>
  );
}

/** Those that the browser knows, with UTC and the one that is set. */
function timeZones(present: string): string[] {
  return [...new Set(['UTC', present, ...Intl.supportedValuesOf('timeZone')])].sort();
}

const textSizes = { smallest: 12, largest: 28 };

function TextSize({ value, onChange }: { value: number; onChange(size: number): void }) {
  const { number } = useTexts();
  const own = useOwnTexts(readingTexts);
  const to = (size: number) => onChange(Math.min(textSizes.largest, Math.max(textSizes.smallest, size)));
  return (
    <label className="block">
      <span className="mb-1.5 flex justify-between text-sm font-medium">
        {own('textSize')} <span className="font-normal text-soft tabular-nums">{number(value)}</span>
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
