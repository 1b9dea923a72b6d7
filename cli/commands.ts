import { ConfigError } from '@alt/service-kit';
import { builtServices, isBuilt } from './registry.ts';

interface Command {
  usage: string;
  summary: string;
  run(args: string[]): Promise<number>;
}

/** Every command, loaded when it is called. */
const commands: Record<string, Command> = {
  up: {
    usage: 'up [--demo]',
    summary: 'start everything in this process',
    run: async (args) => (await import('./run-up.ts')).runUp(args),
  },
  serve: {
    usage: 'serve <service>',
    summary: `start one service: ${builtServices.join(', ')}`,
    run: async ([name = '']) => {
      if (!isBuilt(name))
        throw new ConfigError(`There is no service "${name}". There are: ${builtServices.join(', ')}.`);
      return (await import('./run-serve.ts')).runServe(name);
    },
  },
};

/** Runs a command line; answers the exit code. Expected errors are one sentence. */
export async function runCommand([name = 'help', ...args]: string[]): Promise<number> {
  const command = commands[name];
  if (!command) {
    process.stdout.write(help());
    if (name === 'help' || name === '--help') return 0;
    process.stderr.write(`There is no command "${name}".\n`);
    return 2;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const isExpected = error instanceof Error && error.stack !== undefined;
    process.stderr.write(`${isExpected ? error.message : String(error)}\n`);
    if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

function help(): string {
  const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `npm run alt -- <command>\n\n${lines.join('\n')}\n`;
}
