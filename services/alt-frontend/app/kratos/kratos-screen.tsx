import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import { Part } from '../account/parts.tsx';
import { useConnection } from '../data/api-context.ts';
import { setupQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { buttonClass } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { LoadingScreen, MissingScreen } from '../welcome/other-screens.tsx';
import { WayIn } from '../welcome/way-in.tsx';
import { type FlowPage, flowPages, kratosPage, ownPath, searchOf } from './addresses.ts';
import { FlowForm } from './flow-form.tsx';
import { type KratosFlow, readKratosError, type Values } from './flows.ts';
import { kratosTexts } from './kratos-texts.ts';
import { kratosWords } from './messages.ts';
import { useEntrance, useKratosFlow } from './use-flow.ts';

/** The pages to which Kratos sends browsers, by their name in the address. */
export function KratosScreen() {
  // Every step from here to there loads the page anew.
  const page = window.location.pathname.split('/')[2] ?? '';
  if (page === 'done') return <Entering />;
  if (page === 'error') return <KratosError />;
  const known = flowPages.find((name) => name === page);
  return known ? <FlowScreen page={known} /> : <MissingScreen />;
}

/** A flow: its messages, its form, and the ways to other pages. */
function FlowScreen({ page }: { page: FlowPage }) {
  const t = useOwnTexts(kratosTexts);
  const problem = useAccountProblem();
  const { flow, isAnew, error, isWorking, send } = useKratosFlow(page);
  const [failure, setFailure] = useState<unknown>(null);
  if (!flow && error === null) return <LoadingScreen />;
  const wrong = failure ?? error;
  return (
    <WayIn title={flow ? t(titleOf(page, flow)) : t('error')} text={flow && textOf(page, flow, t)}>
      {isAnew && (
        <p role="status" className="text-sm text-soft">
          {t('anew')}
        </p>
      )}
      {flow && <Messages flow={flow} />}
      <div role="alert" className="empty:hidden">
        {wrong !== null && <p className="text-[0.9375rem] text-danger">{problem(wrong)}</p>}
      </div>
      {flow && (
        <FlowForms
          page={page}
          flow={flow}
          isWorking={isWorking}
          onSend={(values) => {
            setFailure(null);
            void send(values);
          }}
          onError={setFailure}
        />
      )}
      <OtherPages page={page} isDone={flow?.state === 'passed_challenge'} isWithin={isWithin(flow)} />
    </WayIn>
  );
}

interface FlowFormsProps {
  page: FlowPage;
  flow: KratosFlow;
  isWorking: boolean;
  onSend(values: Values): void;
  onError(error: unknown): void;
}

const settingsGroups = ['profile', 'password', 'passkey', 'totp', 'lookup_secret', 'webauthn'] as const;

/** One form; in the settings one for each group, with what all of them share. */
function FlowForms({ page, flow, isWorking, onSend, onError }: FlowFormsProps) {
  const t = useOwnTexts(kratosTexts);
  const { language } = useTexts();
  const { api } = useConnection();
  const needsCode = useQuery({ ...setupQuery(api), enabled: page === 'registration' }).data?.needsCode ?? false;
  const [code, setCode] = useState('');
  const { nodes } = flow.ui;
  // For whom no form of Kratos has a place: the language of its mails, the code of the first account.
  const transient = { language, ...(code && { code: code.trim() }) };
  const withTransient = (values: Values) =>
    onSend(page === 'login' || page === 'settings' ? values : { ...values, transient_payload: transient });
  if (page === 'settings') {
    return settingsGroups.map((group) => {
      const own = nodes.filter((node) => node.group === group);
      if (!own.some(({ type }) => type !== 'script')) return null;
      return (
        <Part key={group} title={t(`group.${group}`)} heading="h2">
          <FlowForm nodes={own} isWorking={isWorking} onSend={onSend} onError={onError} />
        </Part>
      );
    });
  }
  if (flow.state === 'passed_challenge') return null;
  return (
    <>
      {needsCode && (
        <Field
          label={t('code')}
          hint={t('codeHint')}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          autoComplete="one-time-code"
          spellCheck={false}
        />
      )}
      <FlowForm nodes={inOrder(nodes)} isWorking={isWorking} onSend={withTransient} onError={onError} />
    </>
  );
}

/** The password, which most people have, before the passkey. */
function inOrder(nodes: KratosFlow['ui']['nodes']) {
  const rank = ({ group }: { group: string }) => ['default', 'password'].indexOf(group) >>> 0;
  return nodes.toSorted((one, other) => rank(one) - rank(other));
}

/** What Kratos says of the whole flow: what went wrong, or what is done. */
function Messages({ flow }: { flow: KratosFlow }) {
  const { language } = useTexts();
  const messages = flow.ui.messages ?? [];
  const place = useRef<HTMLDivElement>(null);
  // What came of a button further down stands at the top.
  useEffect(() => {
    if (flow.ui.messages?.length) place.current?.scrollIntoView({ block: 'center' });
  }, [flow]);
  return (
    <div ref={place} role="status" className="flex flex-col gap-2 empty:hidden">
      {messages.map((message) => (
        <p key={message.id} className={`text-[0.9375rem] ${message.type === 'error' ? 'text-danger' : ''}`}>
          {kratosWords(message, language)}
        </p>
      ))}
    </div>
  );
}

/** Whether somebody who is known signs in once more, or goes on with the second step. */
const isWithin = (flow: KratosFlow | null) => flow?.refresh === true || flow?.requested_aal === 'aal2';

function OtherPages({ page, isDone, isWithin }: { page: FlowPage; isDone: boolean; isWithin: boolean }) {
  const t = useOwnTexts(kratosTexts);
  const { api } = useConnection();
  const { return_to: returnTo } = searchOf(window.location);
  const next = ownPath(returnTo) ?? undefined;
  const canRegister = useQuery({ ...setupQuery(api), enabled: page === 'login' }).data?.canRegister ?? false;
  const onward = next ?? '/';
  const links: ReadonlyArray<readonly [href: string, text: string]> = {
    login: isWithin
      ? ([['/sign-in', t('toLogin')]] as const)
      : ([
          [kratosPage('recovery', next), t('forgot')],
          ...(canRegister ? [[kratosPage('registration', next), t('toRegistration')] as const] : []),
        ] as const),
    registration: [[kratosPage('login', next), t('toLogin')]] as const,
    recovery: [['/sign-in', t('toLogin')]] as const,
    verification: [[entering(onward), t(isDone ? 'onward' : 'later')]] as const,
    settings: [[entering(onward), t('onward')]] as const,
  }[page];
  return (
    <nav className="flex flex-wrap gap-2">
      {links.map(([href, text]) => (
        <a key={href} href={href} className={buttonClass(isDone ? 'primary' : 'plain')}>
          {text}
        </a>
      ))}
    </nav>
  );
}

const entering = (next: string) => `/kratos/done?${new URLSearchParams({ next })}`;

/** Where a way through Kratos ends: whoever has no session of Alt yet gets one for that of Kratos. */
function Entering() {
  const t = useOwnTexts(kratosTexts);
  const { api } = useConnection();
  const problem = useAccountProblem();
  const enter = useEntrance();
  const { next } = searchOf(window.location);
  const [error, setError] = useState<unknown>(null);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const path = ownPath(next) ?? '/';
    api.validate().then(
      () => window.location.assign(path),
      () => enter(path, null).catch(setError),
    );
  }, [api, enter, next]);
  return (
    <WayIn title={t(error === null ? 'login' : 'error')}>
      {error === null && <p role="status">{t('entering')}</p>}
      {error !== null && (
        <>
          <p role="alert" className="text-danger">
            {problem(error)}
          </p>
          <a href="/sign-in" className={`${buttonClass('plain')} self-start`}>
            {t('toLogin')}
          </a>
        </>
      )}
    </WayIn>
  );
}

function KratosError() {
  const t = useOwnTexts(kratosTexts);
  const { id } = searchOf(window.location);
  const said = useQuery({
    queryKey: ['kratos', 'error', id],
    queryFn: () => readKratosError(id ?? ''),
    enabled: id !== undefined,
    retry: false,
  }).data;
  return (
    <WayIn title={t('error')} text={t('errorText')}>
      {said && <p className="text-sm text-soft wrap-anywhere">{said}</p>}
      <a href="/sign-in" className={`${buttonClass('primary')} self-start`}>
        {t('toLogin')}
      </a>
    </WayIn>
  );
}

type TextKey = keyof (typeof kratosTexts)['en'];

function titleOf(page: FlowPage, { refresh, requested_aal: level }: KratosFlow): TextKey {
  if (page !== 'login') return page;
  if (level === 'aal2') return 'secondStep';
  return refresh ? 'again' : 'login';
}

function textOf(page: FlowPage, { state }: KratosFlow, t: (key: 'recoveryText' | 'verificationText') => string) {
  if (state !== 'choose_method') return undefined;
  if (page === 'recovery') return t('recoveryText');
  return page === 'verification' ? t('verificationText') : undefined;
}
