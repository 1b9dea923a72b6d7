import { Problem, type ProblemCode, problemSchema, problems } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';

/** Adding a site may fetch several addresses, each with the time-outs of egress. */
const TIMEOUT_MS = 60_000;

/** Posts JSON to a peer. A problem that the peer answers is the caller's problem, word for word. */
export async function postJson<Answer>(
  peer: PeerFetch,
  path: string,
  body: unknown,
  requestId: string,
): Promise<Answer> {
  const response = await peer(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  });
  if (response.ok) return (await response.json()) as Answer;
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  if (problem.success && isPublicCode(problem.data.code)) {
    const { type: _type, title: _title, status: _status, code: _code, detail, requestId: _id, ...extra } = problem.data;
    throw new Problem(problem.data.code as ProblemCode, detail, { extra });
  }
  throw new Problem('bad-gateway', 'A part of Alt gave no useful answer. Try again in a moment.');
}

function isPublicCode(code: string): boolean {
  return Object.hasOwn(problems, code) && code !== 'internal' && code !== 'not-found';
}

/** A 32-bit id from a path; null for anything that cannot be one. */
export function idOf(text: string): number | null {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_147_483_647 ? Number(text) : null;
}

/** An article id from a path; null for anything that cannot be one. */
export function articleIdOf(text: string): number | null {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
