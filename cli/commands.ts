import { readArguments, UsageError } from './arguments.ts';
import { withMountedSecrets } from './mounted-secrets.ts';
import { builtServices, isBuilt, isJob, jobNames } from './registry.ts';
import { processTerminal, type Terminal } from './terminal.ts';

interface Command {
  usage: string;
  summary: string;
  /** More lines for `--help`. */
  details?: string;
  /** Answers the exit code. */
  run(args: string[], terminal: Terminal): Promise<number>;
}

const servable = [...builtServices, ...jobNames];

/** Every command by the words that call it, its code loaded when it is called. */
const commands: Record<string, Command> = {
  up: {
    usage: 'up [--demo]',
    summary: 'start everything in this process',
    details: '--demo  with a bundled little web of blogs, so that everything can be tried offline',
    async run(args, { environment }) {
      readArguments(args, { least: 0, options: { demo: 'boolean' } });
      return (await import('./run-up.ts')).runUp(args, environment);
    },
  },
  serve: {
    usage: 'serve SERVICE',
    summary: 'start one service',
    details: `SERVICE is one of ${servable.join(', ')}.`,
    async run(args, { environment }) {
      const [name = ''] = readArguments(args, { least: 1, options: {} }).given;
      if (!isBuilt(name) && !isJob(name))
        throw new UsageError(`There is no service "${name}". There are: ${servable.join(', ')}.`);
      return (await import('./run-serve.ts')).runServe(name, environment);
    },
  },
  run: {
    usage: 'run JOB',
    summary: 'do the work of a scheduled service once',
    details: `JOB is one of ${jobNames.join(', ')}.`,
    async run(args, terminal) {
      const [name = ''] = readArguments(args, { least: 1, options: {} }).given;
      if (!isJob(name)) throw new UsageError(`There is no job "${name}". There are: ${jobNames.join(', ')}.`);
      return (await import('./job.ts')).runJob(name, terminal);
    },
  },
  migrate: {
    usage: 'migrate [--database alt|auth] [--wait SECONDS]',
    summary: 'bring the databases to this release',
    details: `--database D    one of the two, where they lie on two servers; else both
--wait SECONDS  how long a server of DATABASE_URL may take to answer; 60 unless given`,
    run: async (args, terminal) => (await import('./migrate.ts')).migrateDatabases(args, terminal),
  },
  'secrets make': {
    usage: 'secrets make --dir DIR | --kubernetes [--existing FILE] [--tunnel-token FILE]',
    summary: 'make the secrets of a deployment, those that are missing',
    details: `--dir DIR            as files, a folder for each workload, for Compose; what is there stays as it is
--kubernetes         as a List of Secrets on standard output, for "kubectl create -f -"
--existing FILE      what the cluster has, the output of "kubectl get secrets -A -o json" ("-" is standard input): only
                     what is missing is printed, and it fits what is there
--tunnel-token FILE  the token of a Cloudflare tunnel, where the way in is one; without it the tunnel's Secret is left out`,
    run: async (args, terminal) => (await import('./secrets/command.ts')).makeSecrets(args, terminal),
  },
  'secrets rotate': {
    usage: 'secrets rotate keys|passwords --dir DIR | --existing FILE',
    summary: 'change keys of services, or passwords of database roles, while they run',
    details: `keys             the keys with which services speak to each other: three steps, one each time it is called
passwords        those of all roles that services sign in to the databases as
--dir DIR        the folder of "secrets make --dir"
--existing FILE  what the cluster has, the output of "kubectl get secrets -A -o json" ("-" is standard input): the
                 changed Secrets are printed, for "kubectl replace -f -"`,
    run: async (args, terminal) => (await import('./secrets/rotate.ts')).rotateSecrets(args, terminal),
  },
  'user add': {
    usage: 'user add EMAIL [--password P] [--name N] [--tenant T]',
    summary: 'make an account',
    details: `--password P  at least 8 characters; asked for, or read from standard input, if it is missing
--name N      what the account is called; else what stands before the @
--tenant T    the id or the short name of a tenant that the account joins, besides its own`,
    run: async (args, terminal) => (await import('./user.ts')).addUser(args, terminal),
  },
  'user list': {
    usage: 'user list',
    summary: 'list the accounts',
    run: async (args, terminal) => (await import('./user.ts')).listUsers(args, terminal),
  },
  'user password': {
    usage: 'user password EMAIL [--password P]',
    summary: 'set a password and end the sessions of the account',
    run: async (args, terminal) => (await import('./user.ts')).setPassword(args, terminal),
  },
  'user without-code': {
    usage: 'user without-code EMAIL',
    summary: 'take an authenticator that was lost, and its recovery codes, from an account',
    run: async (args, terminal) => (await import('./user.ts')).liftSecondFactor(args, terminal),
  },
  'tenant list': {
    usage: 'tenant list [--all]',
    summary: 'list the teams, their plans and how they are',
    details: '--all  personal tenants too',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).listTenants(args, terminal),
  },
  'tenant add': {
    usage: 'tenant add NAME --owner EMAIL [--slug S] [--plan P]',
    summary: 'make a team',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).addTenant(args, terminal),
  },
  'tenant plan': {
    usage: 'tenant plan TENANT PLAN',
    summary: 'put a tenant on a plan',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).setPlan(args, terminal),
  },
  'tenant limits': {
    usage: 'tenant limits TENANT KIND=NUMBER|none|plan …',
    summary: "set a tenant's own limits, in place of its plan's",
    run: async (args, terminal) => (await import('./tenant/standing.ts')).setLimits(args, terminal),
  },
  'tenant suspend': {
    usage: 'tenant suspend TENANT [--reason TEXT]',
    summary: 'suspend a tenant; nothing is lost',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).suspend(args, terminal),
  },
  'tenant resume': {
    usage: 'tenant resume TENANT',
    summary: 'end the suspension of a tenant',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).resume(args, terminal),
  },
  'tenant delete': {
    usage: 'tenant delete TENANT --yes',
    summary: 'remove a team at once and for good',
    run: async (args, terminal) => (await import('./tenant/standing.ts')).deleteTenant(args, terminal),
  },
  'tenant export': {
    usage: 'tenant export TENANT FILE',
    summary: 'write everything that a tenant has into one file, beside a running Alt',
    run: async (args, terminal) => (await import('./tenant/archives.ts')).exportTenant(args, terminal),
  },
  'tenant import': {
    usage: 'tenant import FILE --owner EMAIL',
    summary: 'make a tenant of such a file, beside a running Alt',
    run: async (args, terminal) => (await import('./tenant/archives.ts')).importTenant(args, terminal),
  },
  'feed add': {
    usage: 'feed add URL [--user EMAIL] [--force]',
    summary: 'follow a feed, or the feed of a site',
    details: `Ends with 3 and a list of feeds if the site has several: then add one of them.
--user EMAIL  who follows; may be left out where there is one account
--force       follow the address as it is, even if no feed answers there now`,
    run: async (args, terminal) => (await import('./feed/add.ts')).addFeed(args, terminal),
  },
  'feed list': {
    usage: 'feed list [--user EMAIL]',
    summary: 'list feeds and how they are',
    run: async (args, terminal) => (await import('./feed/list.ts')).listFeeds(args, terminal),
  },
  'feed refresh': {
    usage: 'feed refresh ID|URL|--all',
    summary: 'fetch feeds now, as far as their hosts allow',
    run: async (args, terminal) => (await import('./feed/refresh.ts')).refreshFeeds(args, terminal),
  },
  'feed why': {
    usage: 'feed why ID|URL',
    summary: 'tell everything about a feed: what happened last, what comes next, and why',
    run: async (args, terminal) => (await import('./feed/why.ts')).explainFeed(args, terminal),
  },
  'opml import': {
    usage: 'opml import FILE [--user EMAIL]',
    summary: 'subscribe to the feeds of an OPML file ("-" is standard input)',
    run: async (args, terminal) => (await import('./opml.ts')).importFile(args, terminal),
  },
  'opml export': {
    usage: 'opml export [FILE] [--user EMAIL]',
    summary: 'write the subscriptions as OPML, to standard output if no file is named',
    run: async (args, terminal) => (await import('./opml.ts')).exportFile(args, terminal),
  },
  'inoreader connect': {
    usage: 'inoreader connect [--account NAME] [--user EMAIL]',
    summary: 'give an Inoreader account, whose permission "tokens authorize" keeps, to a reader',
    details: `--account NAME  as in "tokens authorize"; "default" unless given
--user EMAIL    whose it is; may be left out where there is one account of Alt`,
    run: async (args, terminal) => (await import('./inoreader/connections.ts')).connect(args, terminal),
  },
  'inoreader disconnect': {
    usage: 'inoreader disconnect [--user EMAIL]',
    summary: 'end the synchronisation; both sides keep what they have',
    run: async (args, terminal) => (await import('./inoreader/connections.ts')).disconnect(args, terminal),
  },
  'inoreader status': {
    usage: 'inoreader status',
    summary: 'tell how the synchronisation with Inoreader stands; ends with 1 where something is wrong',
    run: async (args, terminal) => (await import('./inoreader/connections.ts')).showStatus(args, terminal),
  },
  'inoreader sync': {
    usage: 'inoreader sync [--account NAME] [--dry-run] [--confirm]',
    summary: 'synchronise with Inoreader now, within the budget of the day',
    details: `--account NAME  this one, also when it is not due
--dry-run       ask nothing and change nothing; tell what would be asked and changed
--confirm       subscriptions that vanished all at once were meant to`,
    run: async (args, terminal) => (await import('./inoreader/sync.ts')).sync(args, terminal),
  },
  'tokens authorize': {
    usage: 'tokens authorize PROVIDER [--user EMAIL] [--account NAME] [--paste]',
    summary: 'let Alt use an account of another service, such as inoreader',
    details: `--user EMAIL    the reader of Alt whose account it is: it belongs to them afterwards, as by "inoreader connect"
--account NAME  how it is called here, where there are several; "default" unless given, or as the reader's is called already
--paste         type in the address that the browser came back to: on a machine without one, and in a pod`,
    run: async (args, terminal) => (await import('./tokens/authorize.ts')).authorizeAccount(args, terminal),
  },
  'tokens refresh': {
    usage: 'tokens refresh [PROVIDER] [--account NAME | --user EMAIL] [--force]',
    summary: 'refresh the tokens that are due',
    details: `--force         the named one, due or not
--account NAME  which one; "default" unless given
--user EMAIL    the one of that reader`,
    run: async (args, terminal) => (await import('./tokens/commands.ts')).refreshTokens(args, terminal),
  },
  'tokens status': {
    usage: 'tokens status [--json]',
    summary: 'tell how the tokens of other services are',
    details: 'Ends with 0 if all are well, 1 if somebody should look, 2 if one has ended or is about to.',
    run: async (args, terminal) => (await import('./tokens/commands.ts')).tellStatus(args, terminal),
  },
  'tokens revoke': {
    usage: 'tokens revoke PROVIDER [--account NAME | --user EMAIL] [--force]',
    summary: 'withdraw what was allowed, and forget the tokens',
    details: `--force         forget them even where the service cannot be told, or they cannot be opened any more
--account NAME  whose; "default" unless given
--user EMAIL    those of that reader's account`,
    run: async (args, terminal) => (await import('./tokens/commands.ts')).revokeTokens(args, terminal),
  },
  'import google-reader': {
    usage: 'import google-reader URL --name NAME [--user EMAIL] [--password P] [--service S]',
    summary: 'bring subscriptions and articles with their state from FreshRSS, Miniflux, The Old Reader, BazQux',
    details: `--name NAME  who you are at that service
--password P  your password there; asked for, or read from standard input, if it is missing
--user EMAIL  whose import it is, if there are several accounts
--service S   freshrss, miniflux, theoldreader, bazqux or other`,
    run: async (args, terminal) => (await import('./reader-import.ts')).importAccount(args, terminal),
  },
  'search rebuild': {
    usage: 'search rebuild',
    summary: 'build the search index anew, beside the one that answers',
    run: async (args, terminal) => (await import('./search.ts')).rebuildSearch(args, terminal),
  },
  backup: {
    usage: 'backup FILE [--password P]',
    summary: 'write everything into one file',
    details: '--password P  encrypt the file; without it, whoever has the file has everything',
    run: async (args, terminal) => (await import('./backup/command.ts')).writeBackup(args, terminal),
  },
  restore: {
    usage: 'restore FILE [--password P] [--force]',
    summary: 'put a backup in the place of what is here',
    details: `--password P  of an encrypted backup; asked for, or read from standard input, if it is missing
--force       even though accounts or feeds are here, which it replaces`,
    run: async (args, terminal) => (await import('./backup/command.ts')).readBackup(args, terminal),
  },
  status: {
    usage: 'status [--json]',
    summary: 'tell whether everything works, what is late and why',
    run: async (args, terminal) => (await import('./status/status.ts')).showStatus(args, terminal),
  },
  logs: {
    usage: 'logs [--service S] [--level L] [--since 1h] [--follow] [--json] [WORDS]',
    summary: "show the platform's own log",
    details: `--service S   of this service; several with commas between them
--level L     debug, info, warn, error or fatal, and graver ones
--since T     how far back: 30m, 2h, 3d; 1h unless given
--request ID  of one request
--trace ID    of one trace
--follow      and what comes, until Ctrl+C
--json        as JSON, a line each
WORDS         all of which stand in the message

Reads where Alt on this machine keeps its log, or asks the aggregator of RASK_LOG_AGGREGATOR_URL, with RASK_QUERY_TOKEN.`,
    run: async (args, terminal) => (await import('./logs.ts')).showLogs(args, terminal),
  },
  doctor: {
    usage: 'doctor [--recount]',
    summary: 'check what can go wrong and say how to mend it',
    details: '--recount  set unread and starred counters to what is counted anew',
    run: async (args, terminal) => (await import('./doctor/doctor.ts')).runDoctor(args, terminal),
  },
};

/** Runs a command line; answers the exit code: 1 and a sentence if it failed, 2 and the usage if it was wrong. */
export async function runCommand(words: string[], terminal: Terminal = processTerminal()): Promise<number> {
  const [first = 'help', second = ''] = words;
  if (first === 'help' || first === '--help' || first === '-h') {
    terminal.print(overview());
    return 0;
  }
  const name = Object.hasOwn(commands, `${first} ${second}`) ? `${first} ${second}` : first;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return explainUnknown(first, second, terminal);
  const args = words.slice(name.split(' ').length);
  if (args.some((word) => word === '--help' || word === '-h')) {
    terminal.print(
      [usageLine(command), '', `${command.summary}${command.details ? `\n\n${command.details}` : ''}`].join('\n'),
    );
    return 0;
  }
  try {
    return await command.run(args, { ...terminal, environment: withMountedSecrets(terminal.environment) });
  } catch (error) {
    terminal.remark(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) terminal.remark(usageLine(command));
    if (terminal.environment.LOG_LEVEL === 'debug' && error instanceof Error) terminal.remark(error.stack ?? '');
    return error instanceof UsageError ? 2 : 1;
  }
}

function usageLine({ usage }: Command): string {
  return `Usage: npm run alt -- ${usage}`;
}

/** A first word that has second ones, or no command at all. */
function explainUnknown(first: string, second: string, terminal: Terminal): number {
  const group = Object.entries(commands).filter(([name]) => name.startsWith(`${first} `));
  const isHelp = second === '--help' || second === '-h';
  if (group.length > 0) {
    const lines = group.map(([, command]) => `  ${usageLine(command)}`).join('\n');
    if (isHelp) terminal.print(lines);
    else
      terminal.remark(
        `${second ? `"${first} ${second}" is no command` : `"${first}" alone is no command`}. There are:\n${lines}`,
      );
    return isHelp ? 0 : 2;
  }
  terminal.remark(`There is no command "${first}".\n\n${overview()}`);
  return 2;
}

function overview(): string {
  const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `npm run alt -- <command>\n\n${lines.join('\n')}\n\nMore about one: npm run alt -- <command> --help`;
}
