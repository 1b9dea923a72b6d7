import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import type { Credentials } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';

export interface AccountFormProps {
  isNew: boolean;
  needsCode: boolean;
  onSubmit(credentials: Credentials): Promise<void>;
  /** Other ways to go on that use what was typed here. */
  children?: ReactNode;
}

/** E-mail and password, with a name and the one-time code where an account is made. */
export function AccountForm({ isNew, needsCode, onSubmit, children }: AccountFormProps) {
  const { t } = useTexts();
  const problem = useAccountProblem();
  const [isShown, setIsShown] = useState(false);
  const [isWorking, setIsWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [missing, setMissing] = useState({ email: false, password: false });
  const errorFor = (...codes: string[]) =>
    error instanceof ApiProblem && codes.includes(error.code) ? problem(error) : undefined;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const credentials = credentialsOf(new FormData(event.currentTarget));
    const lacks = { email: !/^\S+@\S+\.\S+$/.test(credentials.email), password: credentials.password === '' };
    setMissing(lacks);
    if (lacks.email || lacks.password) return;
    setIsWorking(true);
    setError(null);
    await onSubmit(credentials).catch((cause: unknown) => {
      setError(cause);
      setIsWorking(false);
    });
  };

  const isAtField = ['email-taken', 'weak-password', 'setup-code-required'].some((code) => errorFor(code));
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {isNew && needsCode && (
        <Field
          label={t('welcome.code')}
          hint={t('welcome.codeHint')}
          error={errorFor('setup-code-required')}
          name="code"
          autoComplete="one-time-code"
          spellCheck={false}
        />
      )}
      <Field
        label={t('welcome.email')}
        error={missing.email ? t('welcome.invalidEmail') : errorFor('email-taken')}
        name="email"
        type="email"
        inputMode="email"
        autoComplete={isNew ? 'username' : 'username webauthn'}
        autoFocus
      />
      {isNew && (
        <Field
          label={
            <>
              {t('welcome.name')} <span className="font-normal text-soft">({t('welcome.optional')})</span>
            </>
          }
          name="name"
          autoComplete="name"
        />
      )}
      <Field
        label={t('welcome.password')}
        hint={isNew ? t('welcome.passwordHint') : undefined}
        error={missing.password ? t('welcome.missingPassword') : errorFor('weak-password')}
        name="password"
        type={isShown ? 'text' : 'password'}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        end={<ShowButton isShown={isShown} onToggle={() => setIsShown(!isShown)} />}
      />
      <div role="alert">
        {error !== null && !isAtField && <p className="text-[0.9375rem] text-danger">{problem(error)}</p>}
      </div>
      <Button type="submit" look="primary" disabled={isWorking}>
        {t(isWorking ? 'welcome.working' : isNew ? 'welcome.createAccount' : 'welcome.signIn')}
      </Button>
      {children}
    </form>
  );
}

function ShowButton({ isShown, onToggle }: { isShown: boolean; onToggle(): void }) {
  const { t } = useTexts();
  const label = t(isShown ? 'welcome.hidePassword' : 'welcome.showPassword');
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isShown}
      onClick={onToggle}
      className="size-11 text-soft"
    >
      <svg
        viewBox="0 0 24 24"
        className="m-auto size-5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        aria-hidden="true"
      >
        <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
        <circle cx="12" cy="12" r="2.8" />
        {isShown && <path d="m4 4 16 16" strokeLinecap="round" />}
      </svg>
    </button>
  );
}

function credentialsOf(form: FormData): Credentials {
  const text = (name: string) => String(form.get(name) ?? '');
  const name = text('name').trim();
  const code = text('code').trim();
  return { email: text('email').trim(), password: text('password'), ...(name && { name }), ...(code && { code }) };
}
