import { useQuery } from '@tanstack/react-query';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { useConnection } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { identityQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { accountTexts } from './account-texts.ts';

/** A new password, for which the present one is asked; the first one asks for another proof. */
export function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const { api, client } = useConnection();
  const account = useAccountApi();
  const { t } = useTexts();
  const own = useOwnTexts(accountTexts);
  const { show } = useToasts();
  const attempt = useAttempt(keys.account);
  const email = useQuery(identityQuery(api)).data?.email ?? '';
  const save = async (data: FormData, form: HTMLFormElement) => {
    const [currentPassword, password] = ['currentPassword', 'password'].map((name) => String(data.get(name) ?? ''));
    if (!password) return;
    const isDone = await attempt(async () => {
      const session = await account.changePassword({ password, ...(currentPassword && { currentPassword }) });
      client.keepCsrfToken(session.csrfToken);
    });
    if (!isDone) return;
    form.reset();
    show({ text: t('settings.passwordChanged') });
  };
  return (
    <Form className="flex flex-col items-start gap-3" onSubmit={(data, form) => void save(data, form)}>
      {/* For password managers, which keep the new password under this name. */}
      <input type="text" name="username" value={email} autoComplete="username" readOnly hidden />
      {hasPassword && (
        <Field
          className="w-full"
          label={t('settings.presentPassword')}
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
        />
      )}
      <Field
        className="w-full"
        label={t('settings.newPassword')}
        hint={t('welcome.passwordHint')}
        name="password"
        type="password"
        autoComplete="new-password"
        required
      />
      <Button type="submit">{hasPassword ? t('settings.changePassword') : own('setPassword')}</Button>
    </Form>
  );
}
