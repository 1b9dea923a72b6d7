import { useState } from 'react';
import type { CurrentTenant, GrantableRole, TenantChange } from '../api/team.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Choice, Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { teamTexts } from './team-texts.ts';

/** The name of the team and who may come in how. What somebody else changed meanwhile is not written over. */
export function TeamSettings({ tenant }: { tenant: CurrentTenant }) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const texts = useTexts();
  const { show } = useToasts();
  const attempt = useAttempt(keys.tenant, keys.tenants);
  const { invitations } = tenant.settings;
  const [allowedFor, setAllowedFor] = useState(invitations.allowedFor);
  const [defaultRole, setDefaultRole] = useState(invitations.defaultRole);
  const save = async (form: FormData) => {
    const name = String(form.get('name') ?? '').trim();
    const emailDomains = String(form.get('domains') ?? '')
      .split(/[\s,;]+/)
      .filter(Boolean);
    const change: TenantChange = {
      ...(name && name !== tenant.name && { name }),
      settings: { invitations: { allowedFor, defaultRole, emailDomains } },
    };
    if (await attempt(() => api.changeTenant(tenant.version, change))) show({ text: t('saved') });
  };
  return (
    <Form onSubmit={(form) => void save(form)} className="flex flex-col gap-5">
      <Field label={t('teamName')} name="name" defaultValue={tenant.name} maxLength={100} autoComplete="off" required />
      <Choice
        label={t('invitationRules')}
        value={allowedFor}
        options={(['admin', 'member'] as const).map((name) => [name, t(`allowed.${name}`)] as const)}
        onChange={(next) => setAllowedFor(next)}
      />
      <SelectField
        label={t('defaultRole')}
        value={defaultRole}
        onChange={(event) => setDefaultRole(event.target.value as GrantableRole)}
      >
        {(['admin', 'member', 'reader'] as const).map((name) => (
          <option key={name} value={name}>
            {t(`role.${name}`)}: {t(`does.${name}`)}
          </option>
        ))}
      </SelectField>
      <Field
        label={t('emailDomains')}
        hint={t('emailDomainsHint')}
        name="domains"
        defaultValue={invitations.emailDomains.join(' ')}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" look="primary" className="self-start">
        {texts.t('action.save')}
      </Button>
    </Form>
  );
}
