import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Credentials, Setup } from '../api/api.ts';
import { singleSignOnQuery, useAccountApi } from '../data/account.ts';
import { useConnection } from '../data/api-context.ts';
import { identityQuery, setupQuery } from '../data/queries.ts';
import { kratosPage } from '../kratos/addresses.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { WelcomeSearch } from '../router.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { AccountForm } from './account-form.tsx';
import { LoadingScreen } from './other-screens.tsx';
import { PasskeySignIn } from './passkey-sign-in.tsx';
import { SecondFactor } from './second-factor.tsx';
import { signOnProblem } from './sign-on-problem.ts';
import { SingleSignOn } from './single-sign-on.tsx';
import { challengeIn, useEnter, WayIn } from './way-in.tsx';
import { wayInTexts } from './way-in-texts.ts';

type Purpose = 'setup' | 'register' | 'sign-in';

/** The way in: the first account, a new account, or sign in, as the server allows. */
export function WelcomeScreen() {
  const { api } = useConnection();
  const { t } = useTexts();
  const own = useOwnTexts(wayInTexts);
  const { next, problem } = useSearch({ strict: false }) as WelcomeSearch;
  const { data: setup, isPending } = useQuery(setupQuery(api));
  const signOn = useQuery(singleSignOnQuery(useAccountApi()));
  // Who connects or confirms with the single sign-on, and fails, is signed in all the same.
  const present = useQuery({ ...identityQuery(api), enabled: problem !== undefined });
  const [wantsAccount, setWantsAccount] = useState(false);
  const [challenge, setChallenge] = useState<string | null>(null);
  const enter = useEnter(next);
  const purpose = purposeOf(setup, wantsAccount);

  const submit = async (credentials: Credentials) => {
    if (purpose !== 'sign-in') return enter(await api.register(credentials));
    const answer = await api.login(credentials).catch(challengeIn);
    if (typeof answer === 'string') setChallenge(answer);
    else await enter(answer);
  };

  // Not before it is known which form it is: fields must not change under what is being typed.
  if (isPending || signOn.isPending || present.isLoading) return <LoadingScreen />;
  if (problem !== undefined && present.isSuccess) return <StillSignedIn problem={problem} />;
  if (challenge !== null) {
    return (
      <WayIn title={own('secondTitle')}>
        <SecondFactor challenge={challenge} onEntered={enter} onOver={() => setChallenge(null)} />
      </WayIn>
    );
  }
  return (
    <WayIn title={t(titles[purpose])} text={t(purpose === 'setup' ? 'welcome.setupText' : 'welcome.signInText')}>
      {problem !== undefined && <SignOnProblem code={problem} />}
      {next && purpose === 'sign-in' && <p className="text-sm text-soft">{t('welcome.signedOut')}</p>}
      <AccountForm
        key={purpose}
        isNew={purpose !== 'sign-in'}
        needsCode={purpose === 'setup' && (setup?.needsCode ?? false)}
        onSubmit={submit}
      >
        <SingleSignOn next={next} />
        {purpose !== 'sign-in' && setup?.provider === 'kratos' && (
          <a href={kratosPage('registration', next)} className={buttonClass('plain')}>
            {own('passkeyAccount')}
          </a>
        )}
      </AccountForm>
      {purpose === 'sign-in' && (
        <div className="flex flex-col gap-3">
          {setup?.provider === 'kratos' ? (
            <a href={kratosPage('login', next)} className={buttonClass('plain')}>
              {own('passkey')}
            </a>
          ) : (
            <PasskeySignIn onEntered={enter} />
          )}
          <Link
            to="/recovery"
            className="inline-flex min-h-11 items-center self-start text-sm text-accent hover:underline md:min-h-8"
          >
            {own('forgot')}
          </Link>
        </div>
      )}
      {purpose !== 'setup' && setup?.canRegister && (
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-soft">
          {t(wantsAccount ? 'welcome.haveAccount' : 'welcome.noAccount')}
          <Button onClick={() => setWantsAccount(!wantsAccount)}>
            {t(wantsAccount ? 'welcome.signIn' : 'welcome.registerTitle')}
          </Button>
        </p>
      )}
    </WayIn>
  );
}

function SignOnProblem({ code }: { code: string }) {
  const texts = useTexts();
  return (
    <p role="alert" className="text-[0.9375rem] text-danger">
      {signOnProblem(code, texts)}
    </p>
  );
}

function StillSignedIn({ problem }: { problem: string }) {
  const t = useOwnTexts(wayInTexts);
  return (
    <WayIn title={t('signOnFailed')}>
      <SignOnProblem code={problem} />
      <Link to="/" search={{ panel: 'account' }} className={`${buttonClass('primary')} self-start`}>
        {t('backToAccount')}
      </Link>
    </WayIn>
  );
}

const titles = {
  setup: 'welcome.setupTitle',
  register: 'welcome.registerTitle',
  'sign-in': 'welcome.signInTitle',
} as const;

function purposeOf(setup: Setup | undefined, wantsAccount: boolean): Purpose {
  if (setup?.needsFirstAccount) return 'setup';
  return wantsAccount && setup?.canRegister ? 'register' : 'sign-in';
}
