import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import type { Credentials, Session } from '../api/api.ts';
import { useConnection } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { identityQuery } from '../data/queries.ts';
import { useSwitchTenant, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { teamTexts } from '../team/team-texts.ts';
import { Button } from '../ui/button.tsx';
import { AccountForm } from './account-form.tsx';
import { useFragment } from './fragment.ts';
import { LoadingScreen } from './other-screens.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SingleSignOn } from './single-sign-on.tsx';
import { challengeIn, WayIn } from './way-in.tsx';

/** Opened by the link of an invitation: says what it offers, lets the visitor in, and joins. */
export function JoinScreen() {
  const secret = useFragment();
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const { dateTime } = useTexts();
  const problem = useAccountProblem();
  const { api: main } = useConnection();
  const offer = useQuery({
    queryKey: ['invitation', secret],
    queryFn: () => api.look(secret),
    enabled: secret !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const identity = useQuery({ ...identityQuery(main), enabled: offer.data !== undefined });
  if (secret === '') return <WayIn title={t('teams')}>{t('noSecret')}</WayIn>;
  if (offer.error) {
    return (
      <WayIn title={t('teams')}>
        <p role="alert" className="text-danger">
          {problem(offer.error)}
        </p>
      </WayIn>
    );
  }
  if (!offer.data || identity.isPending) return <LoadingScreen />;
  const { tenantName, invitedBy, role, expiresAt, isBound } = offer.data;
  const roleName = t(`role.${role}`);
  return (
    <WayIn
      title={t('joinTitle', { name: tenantName })}
      text={invitedBy ? t('joinText', { by: invitedBy, role: roleName }) : t('joinTextNobody', { role: roleName })}
    >
      <p className="text-sm text-soft">
        {isBound && t('joinBound')} {t('joinUntil', { day: dateTime(expiresAt) })}
      </p>
      {identity.data && !identity.error ? (
        <Accept secret={secret} email={identity.data.email} />
      ) : (
        <EnterFirst secret={secret} />
      )}
    </WayIn>
  );
}

function Accept({ secret, email }: { secret: string; email: string }) {
  const api = useTeamApi();
  const { api: main, client } = useConnection();
  const cache = useQueryClient();
  const switchTo = useSwitchTenant();
  const t = useOwnTexts(teamTexts);
  const problem = useAccountProblem();
  const [error, setError] = useState<unknown>(null);
  const join = async () => {
    setError(null);
    try {
      await switchTo((await api.accept(secret)).tenantId);
    } catch (cause) {
      setError(cause);
    }
  };
  const signOut = async () => {
    await main.logout().catch(setError);
    client.keepCsrfToken(null);
    await cache.resetQueries({ queryKey: keys.identity });
  };
  return (
    <>
      <div role="alert">{error !== null && <p className="text-danger">{problem(error)}</p>}</div>
      <Button look="primary" onClick={() => void join()}>
        {t('joinAs', { email })}
      </Button>
      <Button onClick={() => void signOut()}>{t('otherAccount')}</Button>
    </>
  );
}

/** A new account, which the invitation opens also where registration is closed; or the one that the visitor has. */
function EnterFirst({ secret }: { secret: string }) {
  const { api, client } = useConnection();
  const cache = useQueryClient();
  const t = useOwnTexts(teamTexts);
  const [isNew, setIsNew] = useState(true);
  const [challenge, setChallenge] = useState<string | null>(null);
  const enter = async (session: Session) => {
    client.keepCsrfToken(session.csrfToken);
    await cache.resetQueries({ queryKey: keys.identity });
  };
  const submit = async (credentials: Credentials) => {
    if (isNew) return enter(await api.register({ ...credentials, invitation: secret }));
    const answer = await api.login(credentials).catch(challengeIn);
    if (typeof answer === 'string') setChallenge(answer);
    else await enter(answer);
  };
  if (challenge !== null)
    return <SecondFactor challenge={challenge} onEntered={enter} onOver={() => setChallenge(null)} />;
  return (
    <>
      <AccountForm key={String(isNew)} isNew={isNew} needsCode={false} onSubmit={submit}>
        <SingleSignOn next={`/join#${secret}`} invitation={secret} />
      </AccountForm>
      <Button onClick={() => setIsNew(!isNew)}>{t(isNew ? 'haveAccount' : 'noAccount')}</Button>
    </>
  );
}
