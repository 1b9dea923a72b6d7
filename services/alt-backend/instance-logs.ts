import {
  followInstanceLogs,
  followLogs,
  instanceLogHistogram,
  instanceLogs,
  logHistogram,
  Problem,
  type ProblemCode,
  problemSchema,
  problems,
  queryLogs,
} from '@alt/contracts';
import { type PeerFetch, type Route, route } from '@alt/service-kit';

const TIMEOUT_MS = 20_000;

/** The platform's log lines for whoever owns the instance: the questions go to rask-log-aggregator as they came. */
export function instanceLogRoutes(aggregator: PeerFetch, closing: AbortSignal): Route[] {
  const ask = async (path: string, request: Request, signal?: AbortSignal) => {
    const response = await aggregator(`${path}${new URL(request.url).search}`, {
      timeoutMs: TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  };
  return [
    route(instanceLogs, async ({ request }) => (await ask(queryLogs.path, request)).json() as never),
    route(instanceLogHistogram, async ({ request }) => (await ask(logHistogram.path, request)).json() as never),
    route(followInstanceLogs, async ({ request }) => {
      const { body } = await ask(followLogs.path, request, AbortSignal.any([request.signal, closing]));
      return new Response(body, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      });
    }),
  ];
}

async function problemOf(response: Response): Promise<Problem> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  if (problem.success && isKnown(problem.data.code) && response.status !== 404) {
    return new Problem(problem.data.code, problem.data.detail);
  }
  return new Problem('unavailable', 'The log aggregator gave no useful answer. Try again in a moment.');
}

function isKnown(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
