import { endpoint } from '@alt/contracts';
import { type PeerFetch, type Route, route } from '@alt/service-kit';
import { z } from 'zod';

const declare = (method: 'GET' | 'POST') =>
  endpoint({
    name: `websub${method}`,
    method,
    path: '/v1/websub/:id',
    summary: 'Where WebSub hubs verify and deliver',
    access: 'public',
    params: z.object({ id: z.uuid() }),
    responseType: 'text/plain',
    statuses: [200, 202],
    problems: ['not-found'],
  });

const PASSED_HEADERS = ['content-type', 'x-hub-signature', 'link'];

/** Hubs reach the platform here; pre-processor does the work. */
export function websubRoutes(preProcessor: PeerFetch): Route[] {
  return (['GET', 'POST'] as const).map((method) =>
    route(declare(method), async ({ params, request }) => {
      const headers = Object.fromEntries(
        PASSED_HEADERS.flatMap((name) => {
          const value = request.headers.get(name);
          return value === null ? [] : [[name, value]];
        }),
      );
      const body = method === 'POST' ? await request.arrayBuffer() : null;
      const answer = await preProcessor(`/internal/websub/${params.id}${new URL(request.url).search}`, {
        method,
        headers,
        ...(body ? { body } : {}),
      });
      return new Response(answer.body, {
        status: answer.status,
        headers: { 'content-type': answer.headers.get('content-type') ?? 'text/plain' },
      });
    }),
  );
}
