import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Key, KeyKind, NewKey } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';

/** API keys or app passwords: make one (its secret is shown once), see what there is, revoke. */
export function Keys({ kind, title, text }: { kind: KeyKind; title: string; text: string }) {
  const api = useApi();
  const cache = useQueryClient();
  const { t, problem } = useTexts();
  const { show } = useToasts();
  const list = useQuery({ queryKey: keys.keys(kind), queryFn: () => api.keys(kind) });
  const [made, setMade] = useState<NewKey | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    try {
      await act();
      await cache.invalidateQueries({ queryKey: keys.keys(kind) });
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
  };
  const create = async (data: FormData, form: HTMLFormElement) => {
    const name = String(data.get('name') ?? '').trim();
    if (!name) return;
    await attempt(async () => {
      setMade(await api.createKey(kind, name));
      form.reset();
    });
  };
  const revoke = (key: Key) =>
    attempt(async () => {
      await api.revokeKey(kind, key.id);
      setRevoking(null);
      if (made?.id === key.id) setMade(null);
    });
  return (
    <div className="flex flex-col gap-3">
      <div>
        <h4 className="text-[0.9375rem] font-medium">{title}</h4>
        <p className="text-sm text-soft">{text}</p>
      </div>
      {list.data?.items.length === 0 && <p className="text-sm text-soft">{t('settings.noKeys')}</p>}
      <ul>
        {list.data?.items.map((key) => (
          <KeyLine key={key.id} item={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      {made && <NewSecret secret={made.key} />}
      <Form onSubmit={(data, form) => void create(data, form)} className="flex items-end gap-2">
        <Field
          className="flex-1"
          label={t('settings.keyName')}
          name="name"
          maxLength={100}
          autoComplete="off"
          required
        />
        <Button type="submit">{t('settings.createKey')}</Button>
      </Form>
      {revoking && (
        <Confirm
          title={t('settings.revokeLabel', { name: revoking.name })}
          text={t('settings.revokeConfirm', { name: revoking.name })}
          action={t('settings.revoke')}
          isDangerous
          onCancel={() => setRevoking(null)}
          onConfirm={() => void revoke(revoking)}
        />
      )}
    </div>
  );
}

function KeyLine({ item, onRevoke }: { item: Key; onRevoke(): void }) {
  const { t, ago } = useTexts();
  const used = item.lastUsedAt ? t('settings.keyUsed', { when: ago(item.lastUsedAt) }) : t('settings.keyUnused');
  return (
    <li className="flex items-center gap-3 py-1">
      <div className="min-w-0 flex-1">
        <p className="truncate text-[0.9375rem]">{item.name}</p>
        <p className="text-sm text-soft">
          {t('settings.keyCreated', { when: ago(item.createdAt) })} · {used}
        </p>
      </div>
      <Button aria-label={t('settings.revokeLabel', { name: item.name })} onClick={onRevoke}>
        {t('settings.revoke')}
      </Button>
    </li>
  );
}

function NewSecret({ secret }: { secret: string }) {
  const { t } = useTexts();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    setIsCopied(true);
  };
  return (
    <div role="status" className="rounded-xl bg-chosen p-4">
      <p className="mb-2 text-sm">{t('settings.newKey')}</p>
      <div className="flex flex-wrap items-center gap-2">
        <code className="min-w-0 flex-1 text-sm wrap-anywhere select-all">{secret}</code>
        {/* The clipboard is only there on https and localhost. */}
        {'clipboard' in navigator && (
          <Button onClick={() => void copy()}>{t(isCopied ? 'action.copied' : 'action.copy')}</Button>
        )}
      </div>
    </div>
  );
}
