import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi } from './api/api.ts';
import { createClient } from './api/client.ts';
import { createPreferences, PreferencesContext } from './appearance/preferences.ts';
import { ApiContext } from './data/api-context.ts';
import { createCache, forgetReader } from './data/cache.ts';
import { activateLanguage, chooseLanguage, createI18n } from './language/language.ts';
import { createAppRouter } from './router.tsx';
import { ToastProvider } from './ui/toasts.tsx';

await start();

async function start(): Promise<void> {
  const preferences = createPreferences();
  const client = createClient();
  const api = createApi(client);
  const cache = createCache();
  const i18n = createI18n();
  const router = createAppRouter({ api, cache });

  const followLanguage = () => activateLanguage(i18n, chooseLanguage(preferences.get().language, navigator.languages));
  await followLanguage();
  preferences.subscribe(() => void followLanguage());

  client.onSignedOut(() => {
    client.keepCsrfToken(null);
    const { pathname } = router.state.location;
    // These let somebody in themselves, and forget the one before them then.
    if (/^\/(?:join$|sign-in$|kratos\/)/.test(pathname)) return;
    forgetReader(cache);
    void router.navigate({ to: '/sign-in', search: { next: router.state.location.href }, replace: true });
  });

  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <PreferencesContext value={preferences}>
          <ApiContext value={{ api, client }}>
            <QueryClientProvider client={cache}>
              <ToastProvider>
                <RouterProvider router={router} />
              </ToastProvider>
            </QueryClientProvider>
          </ApiContext>
        </PreferencesContext>
      </I18nProvider>
    </StrictMode>,
  );
}
