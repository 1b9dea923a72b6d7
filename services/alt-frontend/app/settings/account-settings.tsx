import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ProfileChange } from '../api/api.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { keys } from '../data/keys.ts';
import { identityQuery } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';

/** Who is signed in: their name, a new password, the way out. */
export function AccountSettings() {
  const { api, client } = useConnection();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { t, problem } = useTexts();
  const { show } = useToasts();
  const identity = useQuery(identityQuery(api)).data;
  const signOut = async () => {
    try {
      await api.logout();
      client.keepCsrfToken(null);
      await navigate({ to: '/sign-in', replace: true });
      forgetReader(cache);
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
  };
  return (
    <>
      {identity && <NameForm key={identity.name} name={identity.name} />}
      <PasswordForm email={identity?.email ?? ''} />
      <div className="flex flex-wrap items-center justify-between gap-3">
        {identity && (
          <p className="text-[0.9375rem] text-soft">{t('settings.signedInAs', { email: identity.email })}</p>
        )}
        <Button onClick={() => void signOut()}>{t('settings.signOut')}</Button>
      </div>
    </>
  );
}

/** Writes the profile; answers whether it was taken. */
function useWriteProfile(): (change: ProfileChange, done: string) => Promise<boolean> {
  const { api } = useConnection();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return async (change, done) => {
    try {
      await api.writeProfile(change);
      await cache.invalidateQueries({ queryKey: keys.identity });
      show({ text: done });
      return true;
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
      return false;
    }
  };
}

function NameForm({ name }: { name: string }) {
  const { t } = useTexts();
  const write = useWriteProfile();
  const save = async (form: FormData) => {
    const next = String(form.get('name') ?? '').trim();
    if (next && next !== name) await write({ name: next }, t('feed.saved'));
  };
  return (
    <Form onSubmit={(form) => void save(form)} className="flex items-end gap-2">
      <Field
        className="flex-1"
        label={t('settings.name')}
        name="name"
        defaultValue={name}
        maxLength={100}
        autoComplete="name"
      />
      <Button type="submit">{t('action.save')}</Button>
    </Form>
  );
}

function PasswordForm({ email }: { email: string }) {
  const { t } = useTexts();
  const write = useWriteProfile();
  const save = async (data: FormData, form: HTMLFormElement) => {
    const [currentPassword, password] = ['currentPassword', 'password'].map((name) => String(data.get(name) ?? ''));
    if (!currentPassword || !password) return;
    if (await write({ currentPassword, password }, t('settings.passwordChanged'))) form.reset();
  };
  return (
    <Form className="flex flex-col items-start gap-3" onSubmit={(data, form) => void save(data, form)}>
      {/* For password managers, which keep the new password under this name. */}
      <input type="text" name="username" value={email} autoComplete="username" readOnly hidden />
      <Field
        className="w-full"
        label={t('settings.presentPassword')}
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        required
      />
      <Field
        className="w-full"
        label={t('settings.newPassword')}
        hint={t('welcome.passwordHint')}
        name="password"
        type="password"
        autoComplete="new-password"
        required
      />
      <Button type="submit">{t('settings.changePassword')}</Button>
    </Form>
  );
}
