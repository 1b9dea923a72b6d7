import { type AuditOutcome, Problem } from '@alt/contracts';
import { statement } from '@alt/database';
import { addressBlock, digest } from '../address-block.ts';
import { writeAudit } from '../audit/writing.ts';
import { knownDeviceOf } from '../devices.ts';
import { isKnownOrigin, refusal } from '../lockouts.ts';
import { interval } from '../store.ts';
import type { AnalyserOptions } from './analyser.ts';
import { makeChallenge, spendSolution } from './challenges.ts';
import { createSightings, readConduct, type Sightings } from './conduct.ts';
import { createHolding, type Holding } from './holding.ts';
import { type AttackKind, bitsFor, type Decision, decide, delayFor, MEMORY_MS, scoreOf } from './score.ts';

export interface Admission extends AnalyserOptions {
  sightings: Sightings;
  holding: Holding;
}

export interface Applicant {
  endpoint: string;
  request: Request;
  address: string;
  /** Whose account it is about; empty where it is about none. */
  email: string;
}

export function createAdmission(options: AnalyserOptions): Admission {
  return { ...options, sightings: createSightings(options.database), holding: createHolding() };
}

/** Lets a request pass, now or a moment later, or throws what it has to do first: a challenge, or to wait. */
export async function admit(admission: Admission, applicant: Applicant): Promise<void> {
  const { address, email, request } = applicant;
  // A browser that signed in to this account before is nobody's tool against it.
  if (email !== '' && knownDeviceOf(email) !== null) return;
  const judgement = await judge(admission, applicant);
  if (judgement.decision === 'allow') return;
  const { database, mode, secret, thresholds } = admission;
  const bits = bitsFor(judgement.score, thresholds);
  const isChallenge = judgement.decision === 'challenge';
  if (isChallenge && mode === 'on' && (await spendSolution(database, secret, { request, address, bits }))) return;
  await tell(admission, applicant, judgement);
  if (mode !== 'on') return;
  if (judgement.decision === 'slow') return admission.holding.hold(delayFor(judgement.score), request.signal);
  if (isChallenge) throw challengeRequired(admission, address, bits);
  throw refusal('too-many-requests', 'Too many accounts were tried from your address.', judgement.until);
}

interface Judgement {
  decision: Decision;
  kind: AttackKind;
  score: number;
  /** When what speaks against the address is forgotten. */
  until: Date;
}

async function judge(admission: Admission, { address, email, endpoint }: Applicant): Promise<Judgement> {
  const { database, thresholds } = admission;
  const seen = admission.sightings.of(address);
  const kept = await readConduct(database, address);
  const missing = kept.counts.missing + seen.missing;
  const probes = kept.counts.probes + seen.probes;
  const { score, kind } = scoreOf({ ...kept.counts, missing, probes });
  const isFresh = seen.missing + seen.probes > 0;
  const until = isFresh ? new Date(Date.now() + MEMORY_MS) : kept.until;
  const decision = decide(score, thresholds);
  if (endpoint === 'none' && decision === 'challenge') return { decision: 'slow', kind, score, until };
  // Somebody who signed in from here before, beside somebody who attacks from here.
  const isNeighbour = decision === 'block' && email !== '' && (await isKnownOrigin(database, email, address));
  return { decision: isNeighbour ? 'challenge' : decision, kind, score, until };
}

function challengeRequired({ secret }: Admission, address: string, bits: number): Problem {
  const sentence = 'Your address tried many accounts. Solve "challenge" and send the solution as X-Challenge.';
  return new Problem('challenge-required', sentence, { extra: { challenge: makeChallenge(secret, address, bits) } });
}

const OUTCOMES: Record<Exclude<Decision, 'allow'>, AuditOutcome> = {
  slow: 'slowed',
  challenge: 'challenged',
  block: 'blocked',
};

/** Decisions of one kind about one address are counted for this long. */
const TELL_EVERY_MS = 600_000;

const countStatement = statement<{ count: number }>(
  'auth_count_told',
  'select count from count_requests(array[$1], array[1000000], array[$2::interval])',
);

/** A line for the first decision of its kind, the tenth, the hundredth, …: an attack must not fill the log. */
async function tell(
  { database }: Admission,
  { address, endpoint }: Applicant,
  { decision, kind, score }: Judgement,
): Promise<void> {
  if (decision === 'allow') return;
  const key = `told:${digest(`${kind} ${decision} ${addressBlock(address)}`)}`;
  const count = (await database.one(countStatement, [key, interval(TELL_EVERY_MS)]))?.count ?? 1;
  if (!Number.isInteger(Math.log10(count))) return;
  const detail = { score, count, endpoint };
  await writeAudit(database, { action: kind, outcome: OUTCOMES[decision], address, detail });
}
