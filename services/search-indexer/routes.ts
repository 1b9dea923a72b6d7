import { searchArticles } from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import type { createSearching } from './searching.ts';

/** What alt-backend and arch-repo-service ask of this service. */
export function routes({ search }: { search: ReturnType<typeof createSearching> }): Route[] {
  return [route(searchArticles, ({ body }) => search(body), { callers: ['alt-backend', 'arch-repo-service'] })];
}
