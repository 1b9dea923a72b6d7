import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountSecurity } from '../api/account.ts';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { identityQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { accountTexts } from './account-texts.ts';
import { Part } from './parts.tsx';

/** Name and e-mail address, with whether that was confirmed. */
export function Person({ security }: { security: AccountSecurity }) {
  const api = useApi();
  const account = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const texts = useTexts();
  const { show } = useToasts();
  const attempt = useAttempt(keys.identity, keys.account);
  const identity = useQuery(identityQuery(api)).data;
  const [isChanging, setIsChanging] = useState(false);
  if (!identity) return null;
  const { email, name } = identity;
  const saveName = async (form: FormData) => {
    const next = String(form.get('name') ?? '').trim();
    if (next && next !== name && (await attempt(() => api.writeProfile({ name: next })))) {
      show({ text: texts.t('feed.saved') });
    }
  };
  const sendLink = async (form: FormData) => {
    const next = String(form.get('email') ?? '').trim();
    if (!next || !(await attempt(() => account.requestEmailChange(next)))) return;
    setIsChanging(false);
    show({ text: t('linkSent', { email: next }) });
  };
  const verify = async () => {
    if (await attempt(account.requestVerification)) show({ text: t('linkSent', { email }) });
  };
  return (
    <Part title={t('you')}>
      <Form key={name} onSubmit={(form) => void saveName(form)} className="flex items-end gap-2">
        <Field
          className="flex-1"
          label={texts.t('settings.name')}
          name="name"
          defaultValue={name}
          maxLength={100}
          autoComplete="name"
        />
        <Button type="submit">{texts.t('action.save')}</Button>
      </Form>
      <p className="text-[0.9375rem] wrap-anywhere">
        {email} <span className="text-soft">· {t(security.isEmailVerified ? 'confirmed' : 'unconfirmed')}</span>
      </p>
      {!security.canSendMail && <p className="text-sm text-soft">{t('noMail')}</p>}
      {security.canSendMail && (
        <div className="flex flex-wrap gap-2">
          {!security.isEmailVerified && <Button onClick={() => void verify()}>{t('confirmEmail')}</Button>}
          {!isChanging && <Button onClick={() => setIsChanging(true)}>{t('changeEmail')}</Button>}
        </div>
      )}
      {isChanging && (
        <Form onSubmit={(form) => void sendLink(form)} className="flex flex-col items-start gap-3">
          <Field
            className="w-full"
            label={t('newEmail')}
            hint={t('newEmailText')}
            name="email"
            type="email"
            autoComplete="email"
            autoFocus
            required
          />
          <Button type="submit">{t('sendLink')}</Button>
        </Form>
      )}
    </Part>
  );
}
