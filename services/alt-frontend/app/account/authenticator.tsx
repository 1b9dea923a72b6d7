import { useState } from 'react';
import type { NewTotp } from '../api/account.ts';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { accountTexts } from './account-texts.ts';
import { Part } from './parts.tsx';
import { QrCode } from './qr-code.tsx';
import { ShownCodes } from './shown-codes.tsx';

/** The authenticator app: scan, confirm by a code, keep the recovery codes; and the way to be rid of it. */
export function Authenticator({ isOn }: { isOn: boolean }) {
  const api = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const { show } = useToasts();
  const attempt = useAttempt(keys.account);
  const [fresh, setFresh] = useState<NewTotp | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);
  const begin = () => attempt(async () => setFresh(await api.createTotp()));
  const confirm = async (form: FormData) => {
    const code = String(form.get('code') ?? '').trim();
    if (!code) return;
    const isDone = await attempt(async () => setCodes((await api.confirmTotp(code)).recoveryCodes));
    if (!isDone) return;
    setFresh(null);
    show({ text: t('appSwitchedOn') });
  };
  const remove = async () => {
    setIsRemoving(false);
    if (await attempt(api.removeTotp)) setCodes(null);
  };
  return (
    <Part title={t('app')} text={t(isOn ? 'appOn' : 'appText')}>
      {!isOn && !fresh && (
        <Button className="self-start" onClick={() => void begin()}>
          {t('setUpApp')}
        </Button>
      )}
      {!isOn && fresh && (
        <Form onSubmit={(form) => void confirm(form)} className="flex flex-col items-start gap-4">
          <p className="text-[0.9375rem]">{t('scan')}</p>
          <QrCode text={fresh.uri} label={t('qr')} />
          <p className="text-sm">
            <span className="text-soft">{t('secret')}</span>{' '}
            <code className="wrap-anywhere select-all">{fresh.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
          </p>
          <Field
            className="w-full"
            label={t('code')}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={40}
            required
          />
          <Button type="submit" look="primary">
            {t('confirmApp')}
          </Button>
        </Form>
      )}
      {codes && <ShownCodes codes={codes} onKept={() => setCodes(null)} />}
      {isOn && (
        <Button className="self-start" onClick={() => setIsRemoving(true)}>
          {t('remove')}
        </Button>
      )}
      {isRemoving && (
        <Confirm
          title={t('removeApp')}
          text={t('removeAppText')}
          action={t('remove')}
          isDangerous
          onCancel={() => setIsRemoving(false)}
          onConfirm={() => void remove()}
        />
      )}
    </Part>
  );
}
