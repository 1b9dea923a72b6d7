import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { type Language, languageNames, languages } from '../language/language.ts';
import { useTexts } from '../language/translate.ts';
import { WorkNotice } from './work-notice.tsx';

/** Keeps the new session and goes on to where the visitor wanted to go, inside this app alone. */
export function useEnter(next: string | undefined): (session: Session) => Promise<void> {
  const { client } = useConnection();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  return async (session) => {
    forgetReader(cache);
    client.keepCsrfToken(session.csrfToken);
    if (next?.startsWith('/') && !/^\/[/\\]/.test(next)) router.history.replace(next);
    else await navigate({ to: '/', replace: true });
  };
}

/** What a sign-in that is to go on with a second factor is called; any other problem is the caller’s. */
export function challengeIn(error: unknown): string {
  const challenge = error instanceof ApiProblem && error.code === 'second-factor-required' && error.document.challenge;
  if (typeof challenge !== 'string') throw error;
  return challenge;
}

interface WayInProps {
  title: string;
  text?: ReactNode;
  children: ReactNode;
}

/** What all screens before the reader share: the sign of Alt, a title, and the languages. */
export function WayIn({ title, text, children }: WayInProps) {
  return (
    <main className="grid h-dvh overflow-y-auto">
      <div className="m-auto flex w-full max-w-sm flex-col gap-6 px-6 py-10">
        <header>
          <img src="/icon.svg" alt="" width="44" height="44" className="mb-5" />
          <h1 className="font-serif text-3xl text-balance">{title}</h1>
          {text && <p className="mt-2 text-soft">{text}</p>}
        </header>
        {children}
        <WorkNotice />
        <LanguageLinks />
      </div>
    </main>
  );
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
