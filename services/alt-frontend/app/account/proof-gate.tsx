import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { AccountSecurity, Proof } from '../api/account.ts';
import { singleSignOnQuery, useAccountApi, useSecurity } from '../data/account.ts';
import { useConnection } from '../data/api-context.ts';
import { signInAgainPage } from '../kratos/addresses.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useAccountProblem } from './account-problem.ts';
import { accountTexts } from './account-texts.ts';
import { signOnTexts } from './sign-on-texts.ts';

type Answered = (isProved: boolean) => void;

/**
 * Stands ready to ask the reader who they are. What the server refused for want of that is sent again by itself once they
 * have answered; where they close the question, the refusal stands.
 */
export function ProofGate() {
  const { client } = useConnection();
  const [answer, setAnswer] = useState<Answered | null>(null);
  useEffect(() => {
    client.onProofRequired(
      () =>
        new Promise((resolve) => {
          // Two at once are one question.
          setAnswer(
            (waiting: Answered | null): Answered =>
              (isProved) => {
                waiting?.(isProved);
                resolve(isProved);
              },
          );
        }),
    );
    return () => client.onProofRequired(null);
  }, [client]);
  if (!answer) return null;
  const finish = (isProved: boolean) => {
    setAnswer(null);
    answer(isProved);
  };
  return <ProofDialog onDone={() => finish(true)} onClose={() => finish(false)} />;
}

function ProofDialog({ onDone, onClose }: { onDone(): void; onClose(): void }) {
  const api = useAccountApi();
  const { client } = useConnection();
  const security = useSecurity();
  const t = useOwnTexts(accountTexts);
  const texts = useTexts();
  const problem = useAccountProblem();
  const [wantsCode, setWantsCode] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const prove = async (give: () => Promise<Proof>) => {
    setError(null);
    try {
      const session = await api.confirm(await give());
      client.keepCsrfToken(session.csrfToken);
      onDone();
    } catch (cause) {
      setError(cause);
    }
  };
  const submit = (form: FormData) => {
    const [code, password] = ['code', 'password'].map((name) => String(form.get(name) ?? '').trim());
    if (code) void prove(async () => ({ code }));
    else if (password) void prove(async () => ({ password: String(form.get('password')) }));
  };
  const usePasskey = async (): Promise<Proof> => {
    const { askForPasskey } = await import('./passkey-browser.ts');
    return { passkey: await askForPasskey(await api.passkeyOptions()) };
  };
  const takesCode = security?.hasTotp && (wantsCode || !security.hasPassword);
  return (
    <Panel title={t('proveTitle')} onClose={onClose} isUnasked>
      <p className="pb-4 text-[0.9375rem] text-soft">{t('proveText')}</p>
      {security && (
        <Form onSubmit={submit} className="flex flex-col gap-4">
          {takesCode && (
            <Field
              label={t('code')}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={40}
              data-autofocus
              autoFocus
            />
          )}
          {!takesCode && security.hasPassword && (
            <Field
              label={t('password')}
              name="password"
              type="password"
              autoComplete="current-password"
              data-autofocus
              autoFocus
            />
          )}
          <div role="alert">{error !== null && <p className="text-sm text-danger">{problem(error)}</p>}</div>
          <div className="flex flex-wrap gap-2">
            {(takesCode || security.hasPassword) && (
              <Button type="submit" look="primary">
                {t('confirm')}
              </Button>
            )}
            {security.passkeys > 0 && security.settingsPage === null && (
              <Button onClick={() => void prove(usePasskey)}>{t('provePasskey')}</Button>
            )}
            {security.hasTotp && security.hasPassword && (
              <Button onClick={() => setWantsCode(!wantsCode)}>{t(takesCode ? 'usePassword' : 'useCode')}</Button>
            )}
            <Button onClick={onClose}>{texts.t('action.cancel')}</Button>
          </div>
          <ProofElsewhere security={security} onError={setError} />
        </Form>
      )}
    </Panel>
  );
}

/** Confirming at another page, which leads back here: the single sign-on, and Kratos where that keeps the passkeys. */
function ProofElsewhere({ security, onError }: { security: AccountSecurity; onError(error: unknown): void }) {
  const api = useAccountApi();
  const t = useOwnTexts(signOnTexts);
  const name = useQuery(singleSignOnQuery(api)).data;
  const here = window.location.pathname + window.location.search;
  const bySingleSignOn = async () => {
    try {
      window.location.assign((await api.confirmBySingleSignOn(here)).url);
    } catch (cause) {
      onError(cause);
    }
  };
  const isAtKratos = security.settingsPage !== null && security.passkeys > 0;
  if (!(name && security.hasSingleSignOn) && !isAtKratos) return null;
  return (
    <div className="flex flex-col items-start gap-2 border-t border-line pt-4">
      {name && security.hasSingleSignOn && (
        <Button onClick={() => void bySingleSignOn()}>{t('prove', { name })}</Button>
      )}
      {isAtKratos && (
        <a href={signInAgainPage(here)} className={buttonClass('plain')}>
          {t('proveElsewhere')}
        </a>
      )}
      <p className="text-sm text-soft">{t('proveText')}</p>
    </div>
  );
}
