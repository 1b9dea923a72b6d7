import { DEFAULT_ACCOUNT } from '@alt/external-tokens';
import type { Config } from '../../services/pre-processor-sidecar/config.ts';
import { confirm, preview } from '../../services/pre-processor-sidecar/previewing.ts';
import { createTools } from '../../services/pre-processor-sidecar/service.ts';
import { runDue } from '../../services/pre-processor-sidecar/synchronising.ts';
import { readArguments } from '../arguments.ts';
import { withServiceHost } from '../job.ts';
import type { Terminal } from '../terminal.ts';

/** `alt inoreader sync`: a run now, for one account or for all that are due. */
export async function sync(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, {
    least: 0,
    options: { account: 'string', 'dry-run': 'boolean', confirm: 'boolean' },
  });
  const account = options.account ?? (options.confirm ? DEFAULT_ACCOUNT : null);
  return withServiceHost('pre-processor-sidecar', terminal.environment, async ({ config, host }) => {
    const tools = createTools(config as Config, host as Parameters<typeof createTools>[1]);
    try {
      if (options['dry-run']) {
        const lines = await preview(tools, account);
        terminal.print(lines.length === 0 ? NOTHING : lines.join('\n'));
        return 0;
      }
      if (options.confirm && account !== null) await confirm(tools, account);
      const results = await runDue(tools, account);
      for (const result of results) terminal.print(`${result.account}: ${result.message ?? 'synchronised'}`);
      if (results.length === 0) terminal.print(NOTHING);
      return results.every(({ state }) => state === 'ok' || state === 'waiting') ? 0 : 1;
    } finally {
      await tools.egress.close();
    }
  });
}

const NOTHING =
  'Nothing is due, or another run works at it. Name an account to look at it anyway: --account NAME. See: alt inoreader status';
