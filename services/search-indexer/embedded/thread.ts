import { Worker } from 'node:worker_threads';
import { SearchTimeoutError } from '../engine.ts';
import { DamagedSegmentError } from './segment.ts';

/** A thread that keeps something and answers one call after the other. It ends when nobody called for a while. */
export interface Thread {
  call<Result>(method: string, argument: unknown): Promise<Result>;
  stop(): Promise<void>;
}

/** What passes between the threads. */
export type Call = { id: number; method: string; argument: unknown };
export type Answer = { id: number; result: unknown } | { id: number; error: unknown; kind: FailureKind };
/** The kind of an error, whose class does not pass between threads. */
export type FailureKind = 'timeout' | 'damaged' | 'other';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

function errorOf({ error, kind }: Extract<Answer, { error: unknown }>): unknown {
  if (kind === 'timeout') return new SearchTimeoutError({ cause: error });
  if (kind === 'damaged') return new DamagedSegmentError('A segment is damaged.', { cause: error });
  return error;
}

/** `begin` is called in each new thread before anything else: its state is given again after it ended. */
export function createThread(options: {
  url: URL;
  idleMs: number;
  begin(): { method: string; argument: unknown };
}): Thread {
  let running: { worker: Worker; waiting: Map<number, Waiting> } | null = null;
  let calls = 0;
  let timer: NodeJS.Timeout | null = null;
  const send = ({ worker, waiting }: NonNullable<typeof running>, method: string, argument: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      worker.postMessage({ id: calls, method, argument } satisfies Call);
    });
  const start = (): NonNullable<typeof running> => {
    const worker = new Worker(options.url);
    const started = { worker, waiting: new Map<number, Waiting>() };
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const waiting = started.waiting.get(answer.id);
      started.waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(errorOf(answer));
      else waiting?.resolve(answer.result);
    });
    const fail = (error: unknown): void => {
      if (running === started) running = null;
      for (const { reject } of started.waiting.values()) reject(error);
      started.waiting.clear();
      void worker.terminate();
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('The search thread ended.')));
    running = started;
    const { method, argument } = options.begin();
    send(started, method, argument).catch(fail);
    return started;
  };
  const end = async (): Promise<void> => {
    const ended = running;
    running = null;
    await ended?.worker.terminate();
  };
  const restartTimer = (): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      if (running?.waiting.size === 0) void end();
      else restartTimer();
    }, options.idleMs);
    timer.unref();
  };
  return {
    async call<Result>(method: string, argument: unknown): Promise<Result> {
      restartTimer();
      return (await send(running ?? start(), method, argument)) as Result;
    },
    async stop() {
      if (timer) clearTimeout(timer);
      await end();
    },
  };
}
