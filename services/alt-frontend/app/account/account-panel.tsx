import { useQuery } from '@tanstack/react-query';
import { securityQuery, useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Panel } from '../ui/dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { accountTexts } from './account-texts.ts';
import { Authenticator } from './authenticator.tsx';
import { Leaving } from './leaving.tsx';
import { Part } from './parts.tsx';
import { Passkeys, PasskeysElsewhere } from './passkeys.tsx';
import { PasswordForm } from './password-form.tsx';
import { Person } from './person.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecurityLog } from './security-log.tsx';
import { Sessions } from './sessions.tsx';
import { SingleSignOnPart } from './single-sign-on.tsx';

/** Who the reader is, and everything that lets them, and nobody else, in. */
export function AccountPanel({ onClose }: PanelProps) {
  const t = useOwnTexts(accountTexts);
  const security = useQuery(securityQuery(useAccountApi()));
  const state = security.data;
  return (
    <Panel title={t('title')} onClose={onClose}>
      {!state && security.error && <LoadFailed error={security.error} onRetry={() => void security.refetch()} />}
      {state && (
        <>
          <Person security={state} />
          <Part title={t('password')} text={state.hasPassword ? undefined : t('noPassword')}>
            <PasswordForm hasPassword={state.hasPassword} />
          </Part>
          {state.settingsPage === null ? <Passkeys /> : <PasskeysElsewhere page={state.settingsPage} />}
          <Authenticator isOn={state.hasTotp} />
          {state.hasTotp && <RecoveryCodes left={state.recoveryCodesLeft} />}
          <SingleSignOnPart />
          <Sessions />
          <SecurityLog />
          <Leaving />
        </>
      )}
    </Panel>
  );
}
