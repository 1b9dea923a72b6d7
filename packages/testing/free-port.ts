import { createServer } from 'node:net';

/** Below what systems give to those who ask for any port (Linux 32768, others 49152); a part for each test process. */
const FIRST = 12_000;
const FOR_EACH = 2_000;
const PROCESSES = 10;

// Two runs at once begin at different ports.
let taken = (process.pid * 97) % FOR_EACH;

/**
 * A port of 127.0.0.1 on which a program can be told to listen. One that the system chose and that was closed again may be
 * given to another test before the program takes it, and then the wrong one answers.
 */
export async function freePort(): Promise<number> {
  const first = FIRST + (Number(process.env.VITEST_POOL_ID ?? process.pid) % PROCESSES) * FOR_EACH;
  for (let tried = 0; tried < FOR_EACH; tried += 1) {
    const port = first + (taken++ % FOR_EACH);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port is free from ${first} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
