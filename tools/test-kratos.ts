import { spawn } from 'node:child_process';
import path from 'node:path';
import { kratosBinary } from './kratos.ts';

/**
 * `npm run test:kratos`: the tests that need a real Kratos, which is built first where Go is present. `--record` also
 * writes what it answered for the tests that do without it.
 */
const args = process.argv.slice(2);
const binary = await kratosBinary().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return null;
});
process.exitCode = binary === null ? 1 : await run(binary);

function run(kratos: string): Promise<number> {
  const given = args.filter((argument) => argument !== '--record');
  const files = given.length > 0 ? given : ['.kratos.test'];
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'test.ts'), ...files], {
    stdio: 'inherit',
    env: {
      ...process.env,
      KRATOS_BINARY: kratos,
      ...(args.includes('--record') ? { ALT_KRATOS_RECORD: '1' } : {}),
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
}
