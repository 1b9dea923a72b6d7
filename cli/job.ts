import { ConfigError, createLogger } from '@alt/service-kit';
import { openTracing } from '@alt/tracing';
import { type OwnHost, openOwnHost } from './own-host.ts';
import type { JobName } from './registry.ts';
import { type Environment, readSettings } from './settings.ts';
import { LAST_LINES_MS, shippingOf, startShipping } from './shipping.ts';
import { onStopSignal } from './signals.ts';
import type { Terminal } from './terminal.ts';

/**
 * Works once with all that a service has, then closes it: beside a running Alt, in a CronJob, in Compose. `work` is given the
 * service, its settings and its host; `host.signal` is aborted when the process is asked to stop. Without EGRESS_PROXY_URL
 * this process itself goes out, as `alt up` does. Rejects with what `work` or the opening rejected with.
 */
export async function withServiceHost<T>(
  name: JobName,
  environment: Environment,
  work: (own: OwnHost) => Promise<T>,
): Promise<T> {
  const settings = readSettings(environment);
  const shipping = shippingOf(name, environment);
  const tracing = await openTracing(environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'warn', shipping?.push, tracing?.current);
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  if (shipping) stops.push(() => shipping.stop(LAST_LINES_MS));
  const unheard = onStopSignal(() => stopping.abort());
  try {
    const own = await openOwnHost(name, {
      environment,
      settings,
      log,
      tracing,
      signal: stopping.signal,
      egress: 'direct',
      onStop: (step) => stops.push(step),
    });
    if (shipping) startShipping(shipping, own.host, environment);
    return await work(own);
  } finally {
    stopping.abort();
    unheard();
    for (const step of stops.reverse()) await step();
  }
}

/** `alt run JOB`: one run to its end. Answers its exit code. */
export function runJob(name: JobName, { environment }: Terminal): Promise<number> {
  return withServiceHost(name, environment, ({ service, config, host }) => {
    if (!service.run) throw new ConfigError(`${name} does not work by runs.`);
    return service.run(config, host);
  });
}
