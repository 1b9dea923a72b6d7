import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import { useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useFragment } from './fragment.ts';
import { WayIn } from './way-in.tsx';
import { wayInTexts } from './way-in-texts.ts';

/** A forgotten password: asks for a link by mail; opened by that link, it takes the new password. */
export function RecoveryScreen() {
  const token = new URLSearchParams(useFragment()).get('token');
  return token ? <NewPassword key={token} token={token} /> : <AskForLink />;
}

function AskForLink() {
  const api = useAccountApi();
  const t = useOwnTexts(wayInTexts);
  const { t: text } = useTexts();
  const problem = useAccountProblem();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (form: FormData) => {
    const email = String(form.get('email') ?? '').trim();
    if (!email) return;
    setError(null);
    await api.requestRecovery(email).then(() => setSentTo(email), setError);
  };
  return (
    <WayIn title={t('recoveryTitle')} text={sentTo === null ? t('recoveryAsk') : undefined}>
      {sentTo === null ? (
        <Form onSubmit={(form) => void send(form)} className="flex flex-col gap-4">
          <Field label={text('welcome.email')} name="email" type="email" autoComplete="username" required autoFocus />
          <div role="alert">{error !== null && <p className="text-sm text-danger">{problem(error)}</p>}</div>
          <Button type="submit" look="primary">
            {t('sendLink')}
          </Button>
        </Form>
      ) : (
        <p role="status">{t('linkSent', { email: sentTo })}</p>
      )}
      <ToSignIn />
    </WayIn>
  );
}

function NewPassword({ token }: { token: string }) {
  const api = useAccountApi();
  const t = useOwnTexts(wayInTexts);
  const { t: text } = useTexts();
  const problem = useAccountProblem();
  const [isSet, setIsSet] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (form: FormData) => {
    const password = String(form.get('password') ?? '');
    if (!password) return;
    setError(null);
    await api.completeRecovery(token, password).then(() => setIsSet(true), setError);
  };
  return (
    <WayIn title={t('recoveryTitle')} text={isSet ? undefined : t('newPasswordText')}>
      {isSet ? (
        <p role="status">{t('passwordSet')}</p>
      ) : (
        <Form onSubmit={(form) => void save(form)} className="flex flex-col gap-4">
          <Field
            label={t('newPassword')}
            hint={text('welcome.passwordHint')}
            error={error === null ? undefined : problem(error)}
            name="password"
            type="password"
            autoComplete="new-password"
            required
            autoFocus
          />
          <Button type="submit" look="primary">
            {t('setPassword')}
          </Button>
        </Form>
      )}
      <ToSignIn />
    </WayIn>
  );
}

function ToSignIn() {
  const t = useOwnTexts(wayInTexts);
  return (
    <Link to="/sign-in" className={`${buttonClass('plain')} self-start`}>
      {t('toSignIn')}
    </Link>
  );
}
