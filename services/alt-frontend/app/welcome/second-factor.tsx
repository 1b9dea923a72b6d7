import { type SubmitEvent, useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import type { Session } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { wayInTexts } from './way-in-texts.ts';

interface SecondFactorProps {
  /** What the sign-in is called that goes on here. */
  challenge: string;
  onEntered(session: Session): Promise<void>;
  /** It took too long: the sign-in begins again. */
  onOver(): void;
}

/** The second step of a sign-in: a code of the authenticator, or one of the recovery codes. */
export function SecondFactor({ challenge, onEntered, onOver }: SecondFactorProps) {
  const api = useAccountApi();
  const t = useOwnTexts(wayInTexts);
  const texts = useTexts();
  const problem = useAccountProblem();
  const { show } = useToasts();
  const [isRecovering, setIsRecovering] = useState(false);
  const [isWorking, setIsWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code') ?? '').trim();
    if (!code) return;
    setIsWorking(true);
    setError(null);
    try {
      await onEntered(await api.finishLogin(challenge, code));
    } catch (cause) {
      setIsWorking(false);
      if (!(cause instanceof ApiProblem) || cause.code !== 'challenge-expired') return setError(cause);
      show({ text: problem(cause), tone: 'error' });
      onOver();
    }
  };
  return (
    <>
      <p className="text-soft">{t(isRecovering ? 'recoveryText' : 'codeText')}</p>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field
          key={String(isRecovering)}
          label={t(isRecovering ? 'recoveryCode' : 'code')}
          error={error === null ? undefined : problem(error)}
          name="code"
          inputMode={isRecovering ? 'text' : 'numeric'}
          autoComplete={isRecovering ? 'off' : 'one-time-code'}
          autoCapitalize="off"
          spellCheck={false}
          maxLength={40}
          autoFocus
          required
        />
        <Button type="submit" look="primary" disabled={isWorking}>
          {texts.t(isWorking ? 'welcome.working' : 'welcome.signIn')}
        </Button>
      </form>
      <div className="flex flex-wrap gap-2">
        <Button
          onClick={() => {
            setIsRecovering(!isRecovering);
            setError(null);
          }}
        >
          {t(isRecovering ? 'useCode' : 'useRecovery')}
        </Button>
        <Button onClick={onOver}>{texts.t('action.back')}</Button>
      </div>
    </>
  );
}
