import * as contracts from '@alt/contracts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

/** An account at Inoreader, made up. */
export function fakeInoreader(): contracts.InoreaderConnection {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  return {
    account: 'default',
    connectedAt: inMinutes(-60 * 24 * 30),
    state: 'waiting',
    problem: { code: 'mass-deletion-there', message: 'Subscriptions vanished.' },
    lastSuccessAt: inMinutes(-12),
    isWanted: false,
    subscriptions: 42,
    articles: 3_120,
    waiting: { articles: 250, changes: 3 },
    budgets: [
      { kind: 'reads', allowed: 100, reserve: 10, used: 37, resetsAt: inMinutes(9 * 60) },
      { kind: 'writes', allowed: 100, reserve: 10, used: 4, resetsAt: inMinutes(9 * 60) },
    ],
  };
}

function connected(state: FakeState): contracts.InoreaderConnection {
  if (!state.inoreader) throw new contracts.Problem('not-found', 'No Inoreader account is connected.');
  return state.inoreader;
}

export const connectionHandlers: readonly FakeHandler[] = [
  [contracts.readInoreader, ({ state }) => ({ connection: state.inoreader })],
  [
    contracts.syncInoreader,
    ({ state, body }) => {
      const connection = connected(state);
      connection.isWanted = true;
      if (body.confirm) connection.problem = null;
      return new FakeReply(undefined, { status: 202 });
    },
  ],
  [
    contracts.disconnectInoreader,
    ({ state }) => {
      connected(state);
      state.inoreader = null;
      return new FakeReply(undefined, { status: 204 });
    },
  ],
];
