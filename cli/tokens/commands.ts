import { leaseFor, look, refreshNow, reportAll } from '../../services/auth-token-manager/manager.ts';
import { providers } from '../../services/auth-token-manager/providers.ts';
import { revokeAccount } from '../../services/auth-token-manager/revoking.ts';
import { gravest } from '../../services/auth-token-manager/standing.ts';
import { readArguments, UsageError } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';
import { stamp, table } from '../wording.ts';
import { providerOf, withTokens } from './manager.ts';
import { accountOf } from './readers.ts';

/** What ends a command that tells how tokens are; monitoring knows these three. */
const EXIT_CODES = { ok: 0, warning: 1, critical: 2 } as const;

/** `alt tokens status`. */
export async function tellStatus(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { json: 'boolean' } });
  const reports = await withTokens(terminal, reportAll);
  const tier = gravest(reports.map((report) => report.tier));
  if (options.json) terminal.print(JSON.stringify({ standing: tier, accounts: reports }, null, 2));
  else if (reports.length === 0)
    terminal.print('No account is authorised. Begin: npm run alt -- tokens authorize inoreader');
  else {
    const rows = reports.map(({ provider, account, tier: own, expiresAt, obtainedAt }) => [
      provider,
      account,
      own,
      obtainedAt ? stamp(new Date(obtainedAt)) : 'never',
      expiresAt ? stamp(new Date(expiresAt)) : '–',
    ]);
    terminal.print(table(['provider', 'account', 'state', 'last refresh', 'valid until'], rows));
    for (const { provider, account, tier: own, sentence } of reports) {
      if (own !== 'ok') terminal.print(`${provider}/${account}: ${sentence}`);
    }
  }
  return EXIT_CODES[tier];
}

/** `alt tokens refresh`. */
export async function refreshTokens(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 0,
    most: 1,
    options: { account: 'string', user: 'string', force: 'boolean' },
  });
  if ((options.force || options.account || options.user) && !given[0])
    throw new UsageError('Name the provider whose token it is.');
  const [name] = given;
  const provider = name ? providerOf(name) : null;
  const account = provider && (await accountOf(terminal, provider, options));
  return withTokens(terminal, async (manager, settings) => {
    if (!provider || !account || !options.force) {
      const waitMs = settings.leaseSeconds * 1_500;
      const { tier } = await look(manager, {
        nextLookMs: settings.nextRunMs,
        waitMs,
        signal: new AbortController().signal,
      });
      terminal.print('What was due is refreshed. How they are: npm run alt -- tokens status');
      return EXIT_CODES[tier];
    }
    const lease = await leaseFor(manager);
    try {
      const { outcome, kept } = await refreshNow(manager, lease, provider, account);
      const { pair, failures } = kept.value;
      if (outcome !== 'refreshed' || !pair) {
        terminal.remark(
          `${providers[provider].title} gave no new token: ${failures?.reason ?? 'somebody else is at work'}.`,
        );
        return 1;
      }
      terminal.print(`Refreshed: ${provider}, account "${account}". Valid until ${stamp(new Date(pair.expiresAt))}.`);
      return 0;
    } finally {
      await lease.release();
    }
  });
}

/** `alt tokens revoke`. */
export async function revokeTokens(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 1,
    options: { account: 'string', user: 'string', force: 'boolean' },
  });
  const provider = providerOf(given[0] ?? '');
  const account = await accountOf(terminal, provider, options);
  const { title, permissionsPage } = providers[provider];
  const isTold = await withTokens(terminal, async (manager) => {
    const lease = await leaseFor(manager);
    try {
      return await revokeAccount(manager, lease, { provider, account, force: options.force ?? false });
    } finally {
      await lease.release();
    }
  });
  terminal.print(`Forgotten: ${provider}, account "${account}".`);
  if (!isTold) terminal.print(`${title} was not told. Withdraw the permission there: ${permissionsPage}`);
  return 0;
}
