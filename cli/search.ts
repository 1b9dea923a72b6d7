import { statement } from '@alt/database';
import { readArguments } from './arguments.ts';
import { withAlt } from './feed/polls.ts';
import { withDatabases } from './session.ts';
import type { Terminal } from './terminal.ts';

const requestRebuild = statement<{ concerned: number }>(
  'search_request_rebuild',
  'select request_search_rebuild() as concerned',
);

/** `alt search rebuild`: search-indexer builds its index anew, beside the one that answers meanwhile. */
export async function rebuildSearch(args: string[], terminal: Terminal): Promise<number> {
  readArguments(args, { least: 0, options: {} });
  return withDatabases(terminal, (databases) =>
    withAlt(databases, async (alt) => {
      const { concerned } = (await alt.one(requestRebuild)) ?? { concerned: 0 };
      terminal.print(
        concerned > 0
          ? 'The search index is built anew, by the running Alt or at the next start. The old one answers until it is done.'
          : 'There is no complete search index yet: it is being built, or Alt has not run since search was added.',
      );
      return 0;
    }),
  );
}
