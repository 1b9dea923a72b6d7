import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Credentials, Setup } from '../api/api.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { setupQuery } from '../data/queries.ts';
import { type Language, languageNames, languages } from '../language/language.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { AccountForm } from './account-form.tsx';
import { LoadingScreen } from './other-screens.tsx';

type Purpose = 'setup' | 'register' | 'sign-in';

/** The way in: the first account, a new account, or sign in, as the server allows. */
export function WelcomeScreen() {
  const { api, client } = useConnection();
  const { t } = useTexts();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const { data: setup, isPending } = useQuery(setupQuery(api));
  const [wantsAccount, setWantsAccount] = useState(false);
  const purpose = purposeOf(setup, wantsAccount);

  const enter = async (credentials: Credentials) => {
    const session = await (purpose === 'sign-in' ? api.login(credentials) : api.register(credentials));
    forgetReader(cache);
    client.keepCsrfToken(session.csrfToken);
    if (next?.startsWith('/') && !next.startsWith('//')) router.history.replace(next);
    else await navigate({ to: '/', replace: true });
  };

  // Not before it is known which form it is: fields must not change under what is being typed.
  if (isPending) return <LoadingScreen />;
  return (
    <main className="grid h-dvh overflow-y-auto">
      <div className="m-auto flex w-full max-w-sm flex-col gap-6 px-6 py-10">
        <header>
          <img src="/icon.svg" alt="" width="44" height="44" className="mb-5" />
          <h1 className="font-serif text-3xl text-balance">{t(titles[purpose])}</h1>
          <p className="mt-2 text-soft">{t(purpose === 'setup' ? 'welcome.setupText' : 'welcome.signInText')}</p>
        </header>
        {next && purpose === 'sign-in' && <p className="text-sm text-soft">{t('welcome.signedOut')}</p>}
        <AccountForm
          key={purpose}
          isNew={purpose !== 'sign-in'}
          needsCode={purpose === 'setup' && (setup?.needsCode ?? false)}
          onSubmit={enter}
        />
        {purpose !== 'setup' && setup?.canRegister && (
          <p className="flex flex-wrap items-center gap-x-3 text-sm text-soft">
            {t(wantsAccount ? 'welcome.haveAccount' : 'welcome.noAccount')}
            <Button onClick={() => setWantsAccount(!wantsAccount)}>
              {t(wantsAccount ? 'welcome.signIn' : 'welcome.registerTitle')}
            </Button>
          </p>
        )}
        <LanguageLinks />
      </div>
    </main>
  );
}

const titles = {
  setup: 'welcome.setupTitle',
  register: 'welcome.registerTitle',
  'sign-in': 'welcome.signInTitle',
} as const;

function purposeOf(setup: Setup | undefined, wantsAccount: boolean): Purpose {
  if (setup?.needsFirstAccount) return 'setup';
  return wantsAccount && setup?.canRegister ? 'register' : 'sign-in';
}

function LanguageLinks() {
  const [, setPreferences] = usePreferences();
  const { language, t } = useTexts();
  const choose = (name: Language) => setPreferences({ language: name });
  return (
    <nav aria-label={t('settings.language')} className="flex gap-1 border-t border-line pt-3">
      {languages.map((name) => (
        <button
          key={name}
          type="button"
          lang={name}
          aria-pressed={name === language}
          onClick={() => choose(name)}
          className="min-h-11 rounded-lg px-3 text-sm text-soft hover:text-ink aria-pressed:font-semibold aria-pressed:text-ink md:min-h-9"
        >
          {languageNames[name]}
        </button>
      ))}
    </nav>
  );
}
