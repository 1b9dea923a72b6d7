import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { useAccountApi } from '../data/account.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { identityQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { useAccountProblem } from './account-problem.ts';
import { accountTexts } from './account-texts.ts';
import { Part } from './parts.tsx';

/** Everything that is kept about the account as a file; and its end. */
export function Leaving() {
  const t = useOwnTexts(accountTexts);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Part title={t('data')} text={t('exportText')}>
        <a href="/v1/user/export" download="alt-account.json" className={`${buttonClass('plain')} self-start`}>
          {t('export')}
        </a>
      </Part>
      <Part title={t('delete')} text={t('deleteText')}>
        {isOpen ? (
          <DeleteForm />
        ) : (
          <Button look="danger" className="self-start" onClick={() => setIsOpen(true)}>
            {t('delete')}
          </Button>
        )}
      </Part>
    </>
  );
}

/** The address is typed again; what stands in the way is named. */
function DeleteForm() {
  const { api, client } = useConnection();
  const account = useAccountApi();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const t = useOwnTexts(accountTexts);
  const problem = useAccountProblem();
  const { show } = useToasts();
  const email = useQuery(identityQuery(api)).data?.email ?? '';
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>(null);
  const remove = async () => {
    if (typed.trim().toLowerCase() !== email.toLowerCase()) return;
    setError(null);
    try {
      await account.deleteAccount();
    } catch (cause) {
      return setError(cause);
    }
    client.keepCsrfToken(null);
    show({ text: t('deleted') });
    await navigate({ to: '/sign-in', replace: true });
    forgetReader(cache);
  };
  const isConflict = error instanceof ApiProblem && error.code === 'conflict';
  const blocking = blockingTenants(error);
  return (
    <Form onSubmit={() => void remove()} className="flex flex-col items-start gap-3">
      <Field
        className="w-full"
        label={t('deleteType', { email })}
        name="typed"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <div role="alert" className="text-sm text-danger">
        {blocking.length > 0 && (
          <>
            <p>{t('blocked')}</p>
            <ul className="list-disc ps-5">
              {blocking.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </>
        )}
        {isConflict && blocking.length === 0 && <p>{t('blockedOwner')}</p>}
        {error !== null && !isConflict && <p>{problem(error)}</p>}
      </div>
      <Button type="submit" look="danger" disabled={typed.trim().toLowerCase() !== email.toLowerCase()}>
        {t('deleteNow')}
      </Button>
    </Form>
  );
}

/** The names of the teams that would be left without an owner. */
function blockingTenants(error: unknown): string[] {
  const tenants: unknown = error instanceof ApiProblem ? error.document.tenants : [];
  if (!Array.isArray(tenants)) return [];
  return tenants.flatMap((tenant: unknown) => {
    if (typeof tenant === 'string') return [tenant];
    const name = typeof tenant === 'object' && tenant !== null && 'name' in tenant ? tenant.name : null;
    return typeof name === 'string' ? [name] : [];
  });
}
