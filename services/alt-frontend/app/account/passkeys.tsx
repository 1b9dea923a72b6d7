import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Passkey } from '../api/account.ts';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { accountTexts } from './account-texts.ts';
import { deviceOf } from './device.ts';
import { Line, Part } from './parts.tsx';
import { useWayInRemoval } from './way-in-removal.ts';

/** The passkeys of the account: add one, name it, remove it. */
export function Passkeys() {
  const api = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const { show } = useToasts();
  const attempt = useAttempt(keys.account);
  const removeWayIn = useWayInRemoval();
  const list = useQuery({ queryKey: [...keys.account, 'passkeys'], queryFn: api.passkeys });
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const add = async (form: FormData) => {
    const name = String(form.get('passkey') ?? '').trim();
    if (!name) return;
    const isDone = await attempt(async () => {
      const options = await api.beginPasskey();
      const { makePasskey } = await import('./passkey-browser.ts');
      await api.createPasskey(name, await makePasskey(options));
    });
    if (isDone) show({ text: t('passkeyAdded', { name }) });
  };
  const remove = async ({ id }: Passkey) => {
    setRemoving(null);
    await removeWayIn(() => api.deletePasskey(id));
  };
  return (
    <Part title={t('passkeys')} text={t('passkeysText')}>
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="text-sm text-soft">{t('noPasskeys')}</p>}
      <ul>
        {list.data?.items.map((passkey) => (
          <PasskeyLine key={passkey.id} passkey={passkey} onRemove={() => setRemoving(passkey)} />
        ))}
      </ul>
      {'PublicKeyCredential' in window ? (
        <Form onSubmit={(form) => void add(form)} className="flex flex-wrap items-end gap-2">
          <Field
            className="min-w-40 flex-1"
            label={t('passkeyName')}
            name="passkey"
            defaultValue={nameOfThisDevice()}
            maxLength={100}
            autoComplete="off"
            required
          />
          <Button type="submit">{t('addPasskey')}</Button>
        </Form>
      ) : (
        <p className="text-sm text-soft">{t('noPasskeysHere')}</p>
      )}
      {removing && (
        <Confirm
          title={t('removeLabel', { name: removing.name })}
          text={t('removePasskeyText')}
          action={t('remove')}
          isDangerous
          onCancel={() => setRemoving(null)}
          onConfirm={() => void remove(removing)}
        />
      )}
    </Part>
  );
}

/** Where Kratos keeps identities, passkeys are made at its page. */
export function PasskeysElsewhere({ page }: { page: string }) {
  const t = useOwnTexts(accountTexts);
  return (
    <Part title={t('passkeys')} text={t('keptElsewhere')}>
      <a href={page} className={`${buttonClass('plain')} self-start`}>
        {t('openElsewhere')}
      </a>
    </Part>
  );
}

function PasskeyLine({ passkey, onRemove }: { passkey: Passkey; onRemove(): void }) {
  const api = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const texts = useTexts();
  const attempt = useAttempt(keys.account);
  const [isNaming, setIsNaming] = useState(false);
  const { id, name, createdAt, lastUsedAt } = passkey;
  const rename = async (form: FormData) => {
    const next = String(form.get('name') ?? '').trim();
    if (next && (next === name || (await attempt(() => api.renamePasskey(id, next))))) setIsNaming(false);
  };
  if (isNaming) {
    return (
      <li>
        <Form onSubmit={(form) => void rename(form)} className="flex items-end gap-2 py-1.5">
          <Field
            className="flex-1"
            label={t('passkeyName')}
            name="name"
            defaultValue={name}
            maxLength={100}
            autoFocus
          />
          <Button type="submit">{texts.t('action.save')}</Button>
        </Form>
      </li>
    );
  }
  const used = lastUsedAt
    ? texts.t('settings.keyUsed', { when: texts.ago(lastUsedAt) })
    : texts.t('settings.keyUnused');
  return (
    <Line title={name} text={`${texts.t('settings.keyCreated', { when: texts.ago(createdAt) })} · ${used}`}>
      <Button aria-label={t('renameLabel', { name })} onClick={() => setIsNaming(true)}>
        {t('rename')}
      </Button>
      <Button aria-label={t('removeLabel', { name })} onClick={onRemove}>
        {t('remove')}
      </Button>
    </Line>
  );
}

function nameOfThisDevice(): string {
  const device = deviceOf(navigator.userAgent);
  return device ? `${device.browser}, ${device.system}` : '';
}
