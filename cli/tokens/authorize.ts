import { createInterface } from 'node:readline/promises';
import { type Authorisation, beginAuthorisation } from '../../services/auth-token-manager/authorizing.ts';
import { clientOf, leaseFor } from '../../services/auth-token-manager/manager.ts';
import { providers } from '../../services/auth-token-manager/providers.ts';
import { readArguments } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';
import { stamp } from '../wording.ts';
import { receiveAnswer } from './callback.ts';
import { providerOf, withTokens } from './manager.ts';
import { accountToAuthorize, giveToReader } from './readers.ts';

/** Where a browser on this machine comes back to, unless INOREADER_REDIRECT_URI says otherwise. */
const OWN_REDIRECT_URI = 'http://127.0.0.1:8412/callback';

/** `alt tokens authorize`; with `--user` the account then belongs to that reader, as `alt inoreader connect` gives it. */
export async function authorizeAccount(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 1,
    options: { account: 'string', user: 'string', paste: 'boolean' },
  });
  const provider = providerOf(given[0] ?? '');
  const account = await accountToAuthorize(terminal, provider, options);
  const state = await withTokens(terminal, async (manager, settings) => {
    const redirectUri = clientOf(settings, provider).redirectUri ?? OWN_REDIRECT_URI;
    const authorisation = await beginAuthorisation(manager, () => leaseFor(manager), {
      provider,
      account,
      redirectUri,
    });
    const isHere = !options.paste && isLoopback(redirectUri);
    terminal.print(`Open this address, and allow Alt to use your account of ${providers[provider].title}:`);
    terminal.print(authorisation.url.href);
    return isHere
      ? receiveAnswer(new URL(redirectUri), authorisation, terminal)
      : authorisation.finish(await askAnswer(terminal, authorisation, redirectUri));
  });
  const until = state.pair
    ? ` The token is valid until ${stamp(new Date(state.pair.expiresAt))} and is renewed by itself.`
    : '';
  terminal.print(`Authorised: ${provider}, account "${account}".${until}`);
  if (options.user !== undefined) return giveToReader(terminal, account, options.user);
  if (providers[provider].isOfReaders && state.generation === 1) {
    terminal.print(`Give it to its reader: npm run alt -- inoreader connect --account ${account} --user EMAIL`);
  }
  return 0;
}

function isLoopback(address: string): boolean {
  const { protocol, hostname, port } = new URL(address);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname) && port !== '';
}

async function askAnswer(terminal: Terminal, authorisation: Authorisation, redirectUri: string): Promise<URL> {
  terminal.remark(`The browser then goes to ${redirectUri}?… – paste that whole address here:`);
  const reader = createInterface({ input: terminal.input, terminal: false });
  for await (const line of reader) {
    const url = URL.parse(line.trim());
    if (url && authorisation.isAnswer(url)) return url;
    terminal.remark('This is not the address of this authorisation. Paste all of it, from http to its end:');
  }
  throw new Error('No address was given. Nothing was changed.');
}
