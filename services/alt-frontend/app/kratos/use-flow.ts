import { useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { useAccountApi } from '../data/account.ts';
import { type FlowPage, kratosPage, ownPath, searchOf } from './addresses.ts';
import { beginFlow, type KratosFlow, type Outcome, readFlow, sendFlow, type Values } from './flows.ts';

interface State {
  flow: KratosFlow | null;
  /** The last one was over, and this is a new one. */
  isAnew: boolean;
  error: unknown;
  isWorking: boolean;
}

const passedOn = ['return_to', 'refresh', 'aal'];

/**
 * A flow of Kratos at a page: read by the id in the address, or begun; sent, and followed to where it leads. Whoever
 * signed in there gets a session of Alt, and goes on.
 */
export function useKratosFlow(page: FlowPage) {
  const search = searchOf(window.location);
  const enter = useEntrance();
  const [state, setState] = useState<State>({ flow: null, isAnew: false, error: null, isWorking: true });
  const query = Object.fromEntries(passedOn.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));

  const follow = async (ask: () => Promise<Outcome>, isAnew = false): Promise<void> => {
    setState((last) => ({ ...last, error: null, isWorking: true }));
    try {
      const outcome = await ask();
      if (outcome.kind === 'flow') setState({ flow: outcome.flow, isAnew, error: null, isWorking: false });
      else if (outcome.kind === 'over' && !isAnew) await follow(() => beginFlow(page, query), true);
      else await leave(outcome);
    } catch (error) {
      setState((last) => ({ ...last, error, isWorking: false }));
    }
  };

  const leave = async (outcome: Exclude<Outcome, { kind: 'flow' }>) => {
    if (outcome.kind === 'go') return goTo(outcome.address);
    if (outcome.kind === 'sign-in') return goTo(kratosPage('login', `/kratos/${page}`));
    if (outcome.kind === 'over') throw new ApiProblem(410, { code: 'challenge-expired' });
    const next = ownPath(state.flow?.return_to ?? search.return_to) ?? '/';
    await enter(next, outcome.verification);
  };

  const begun = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a page; another address is another component
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const { flow } = search;
    void follow(() => (flow ? readFlow(page, flow) : beginFlow(page, query)));
  }, []);

  const { flow } = state;
  return {
    ...state,
    send: (values: Values) => (flow ? follow(() => sendFlow(page, flow, values)) : Promise.resolve()),
  };
}

/** Exchanges the cookie of Kratos for a session of Alt, and goes on; first to confirm the address where a code was sent. */
export function useEntrance(): (next: string, verification: string | null) => Promise<void> {
  const api = useAccountApi();
  return async (next, verification) => {
    try {
      await api.enterByKratos();
    } catch (error) {
      const isHalfIn = error instanceof ApiProblem && error.code === 'second-factor-required';
      if (!isHalfIn) throw error;
      return goTo(kratosPage('login', next, { aal: 'aal2' }));
    }
    const isMailed = verification !== null && (await api.security()).canSendMail;
    goTo(isMailed ? kratosPage('verification', next, { flow: verification }) : next);
  };
}

/** The page begins anew, as somebody else perhaps. Kratos may lead elsewhere, to a provider of identities. */
function goTo(address: string): void {
  const { href, protocol } = new URL(address, window.location.origin);
  if (protocol === 'https:' || protocol === 'http:') window.location.assign(href);
}
