import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@alt/database';
import { type Egress, EgressError } from '@alt/egress';
import type { TokenReader } from '@alt/external-tokens';
import type { z } from 'zod';
import { ALLOWED_BY_DEFAULT, nextMidnight, RESERVE, readZone } from './budget.ts';
import type { Metrics } from './metrics.ts';
import * as connections from './store/connections.ts';

export type PauseReason =
  /** The day's requests are spent, or Inoreader says so. */
  | 'budget'
  /** No token, or one that is refused. */
  | 'unauthorised'
  /** Inoreader fails, or cannot be reached. */
  | 'trouble'
  /** Another process works for this connection by now, or this one is to stop. */
  | 'superseded';

/** Why a run cannot go on now. What was done until then stays done. */
export class Pause extends Error {
  override readonly name = 'Pause';
  readonly reason: PauseReason;
  readonly zone: 1 | 2 | null;
  /** Stable, for pages in other languages. */
  readonly code: string;
  constructor(reason: PauseReason, code: string, message: string, zone: 1 | 2 | null = null) {
    super(message);
    this.reason = reason;
    this.code = code;
    this.zone = zone;
  }
}

/** Inoreader refused this one request: what was asked is wrong, or not there any more. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  constructor(status: number) {
    super(`Inoreader refused the request (${status}).`);
    this.status = status;
  }
}

export interface AskingTools {
  /** Of this service's role. */
  database: Database;
  egress: Egress;
  /** Where Inoreader is, without a slash at its end. */
  url: string;
  tokens: TokenReader;
  worker: string;
  leaseSeconds: number;
  now(): Date;
  signal: AbortSignal;
  metrics: Pick<Metrics, 'asked'> | null;
}

export interface Answer<T> {
  value: T;
  /** The number of the request, which orders it among the connection's. */
  step: number;
}

export interface Asking {
  /** Reads; each call is one request of zone 1. */
  read<T>(
    path: string,
    parameters: [string, string][],
    shape: z.ZodType<T>,
    form?: [string, string][],
  ): Promise<Answer<T>>;
  /** Writes; one request of zone 2. `before` is called with its number, after it is counted and before it is sent. */
  write(path: string, form: [string, string][], before?: (step: number) => Promise<void>): Promise<number>;
}

const TIMEOUT_MS = 60_000;
const BYTES_MAXIMUM = 64 * 1_024 * 1_024;
/** A day ends a little later here than there, for the two clocks differ. */
const DAY_MARGIN_SECONDS = 60;
const RETRY_WAIT_MS = 500;

/** Requests in the name of one connection. Every one is counted durably before it is sent. */
export function createAsking(tools: AskingTools, of: connections.Claim): Asking {
  const { tokens } = tools;

  async function send(zone: 1 | 2, path: string, init: Sent, before?: (step: number) => Promise<void>) {
    let token = await readToken(tokens, of.account, tools.now());
    for (let attempt = 1; ; attempt += 1) {
      const step = await count(tools, of, zone);
      await before?.(step);
      const response = await dial(tools, of, zone, path, init, token.accessToken);
      if (response.status !== 401) return { response, step };
      // A token that was renewed meanwhile is another one; the same is not tried twice.
      const renewed = await readToken(tokens, of.account, tools.now());
      if (attempt > 1 || renewed.generation === token.generation) throw unauthorised();
      token = renewed;
      await sleep(RETRY_WAIT_MS, undefined, { signal: tools.signal });
    }
  }

  return {
    async read(path, parameters, shape, form) {
      const query = new URLSearchParams(parameters).toString();
      const { response, step } = await send(1, query === '' ? path : `${path}?${query}`, { form: form ?? null });
      return { value: parse(response.text(), shape), step };
    },
    async write(path, form, before) {
      const { response, step } = await send(2, path, { form }, before);
      const text = response.text().trim();
      // Anything else is a page that stands between, or half an answer.
      if (text !== 'OK') throw broken();
      return step;
    },
  };
}

interface Sent {
  /** A request with a form is a POST. */
  form: [string, string][] | null;
}

async function readToken(tokens: TokenReader, account: string, now: Date) {
  const token = await tokens.read('inoreader', account);
  if (token === null) {
    throw new Pause(
      'unauthorised',
      'no-token',
      `Nobody allowed Alt to use the Inoreader account "${account}". Run: alt tokens authorize inoreader --account ${account}`,
    );
  }
  if (token.expiresAt <= now) {
    throw new Pause(
      'unauthorised',
      'token-expired',
      'The permission of Inoreader ran out and was not renewed yet. Look at: alt tokens status',
    );
  }
  return token;
}

/** Counts one request. Throws where none may be sent. */
async function count(tools: AskingTools, of: connections.Claim, zone: 1 | 2): Promise<number> {
  if (tools.signal.aborted) throw new Pause('superseded', 'stopping', 'The run was stopped.');
  const now = tools.now();
  const { step, isAllowed } = await tools.database.asReader(of, (tx) =>
    connections.spend(tx, {
      connectionId: of.id,
      zone,
      worker: tools.worker,
      now,
      leaseSeconds: tools.leaseSeconds,
      midnight: nextMidnight(now),
      allowedByDefault: ALLOWED_BY_DEFAULT,
      reserve: RESERVE,
    }),
  );
  if (step === null) throw new Pause('superseded', 'superseded', 'Another run works for this account.');
  if (!isAllowed) throw overBudget(zone);
  return step;
}

async function dial(
  tools: AskingTools,
  of: connections.Claim,
  zone: 1 | 2,
  path: string,
  { form }: Sent,
  accessToken: string,
) {
  const response = await tools
    .egress(`${tools.url}/reader/api/0/${path}`, {
      method: form === null ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
        ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === null ? {} : { body: new URLSearchParams(form).toString() }),
      timeoutMs: TIMEOUT_MS,
      firstByteTimeoutMs: TIMEOUT_MS,
      maxBytes: BYTES_MAXIMUM,
      maxRedirects: 0,
      signal: tools.signal,
    })
    .catch((error: unknown) => {
      tools.metrics?.asked(zone, 'unreachable');
      if (tools.signal.aborted) throw new Pause('superseded', 'stopping', 'The run was stopped.');
      if (!(error instanceof EgressError)) throw error;
      throw new Pause('trouble', 'unreachable', `Inoreader cannot be reached: ${error.message}`);
    });
  await learn(tools, of, zone, response.headers);
  tools.metrics?.asked(zone, outcomeOf(response.status));
  if (response.status === 429) {
    await tools.database.asReader(of, (tx) => connections.block(tx, of.id, zone, null));
    throw overBudget(zone);
  }
  if (response.status >= 500 || (response.status >= 300 && response.status < 400)) {
    throw new Pause('trouble', 'failing', `Inoreader answered with ${response.status}. Alt tries again later.`);
  }
  if (response.status === 403) throw unauthorised();
  if (response.status >= 400 && response.status !== 401) throw new Refusal(response.status);
  return response;
}

/** Takes over what an answer says of the budget. */
async function learn(tools: AskingTools, of: connections.Claim, zone: 1 | 2, headers: Headers): Promise<void> {
  const now = tools.now();
  const said = readZone(headers, zone);
  const seconds = said.resetAfterSeconds;
  const dayEndsAt = seconds === null ? null : new Date(now.getTime() + (seconds + DAY_MARGIN_SECONDS) * 1_000);
  const otherwise = { midnight: nextMidnight(now), allowed: ALLOWED_BY_DEFAULT };
  await tools.database.asReader(of, (tx) => connections.report(tx, of.id, zone, { ...said, dayEndsAt }, otherwise));
}

function parse<T>(text: string, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken();
  }
  const result = shape.safeParse(value);
  if (!result.success) throw broken();
  return result.data;
}

function outcomeOf(status: number): string {
  if (status < 300) return 'ok';
  if (status === 429) return 'limited';
  if (status === 401 || status === 403) return 'unauthorised';
  return status >= 500 ? 'failing' : 'refused';
}

function broken(): Pause {
  return new Pause('trouble', 'broken-answer', 'What Inoreader answered cannot be read. Alt tries again later.');
}

function unauthorised(): Pause {
  return new Pause(
    'unauthorised',
    'token-refused',
    'Inoreader refuses the permission that Alt has. If this stays so, run: alt tokens authorize inoreader',
  );
}

function overBudget(zone: 1 | 2): Pause {
  const what = zone === 1 ? 'questions' : 'changes';
  return new Pause(
    'budget',
    'budget-spent',
    `Today's ${what} to Inoreader are used up. Alt goes on when they are free again.`,
    zone,
  );
}
