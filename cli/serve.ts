import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, listen } from '@alt/service-kit';
import { servicePort } from '@alt/topology';
import { openTracing } from '@alt/tracing';
import { openOwnHost } from './own-host.ts';
import { isJob, type LoadedName } from './registry.ts';
import { type Environment, readSettings } from './settings.ts';
import { LAST_LINES_MS, shippingOf, startShipping } from './shipping.ts';
import { stopInTime } from './stopping.ts';

/** What is left when the time for requests is over is cut, which takes no longer than this. */
const CUT_MS = 2_000;

/** One service in this process, its peers over HTTP: what a pod runs. What was started before a failure is stopped. */
export async function serveService(
  name: LoadedName,
  given: Environment,
): Promise<{ port: number; stop(): Promise<void> }> {
  const environment: Environment = { ...given, ...(given.PORT ? { SIDECAR_PROXY_PORT: given.PORT } : {}) };
  const settings = readSettings({ ...environment, PORT: given.PUBLIC_PORT });
  const shipping = shippingOf(name, environment);
  const tracing = await openTracing(environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'info', shipping?.push, tracing?.current);
  const closing = new AbortController();
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  let isDraining = false;
  let stopListening = async () => {};
  const stop = async () => {
    // Whoever sends requests here learns from `/v1/ready` to send them elsewhere, while they are still answered.
    isDraining = true;
    await sleep(settings.ALT_DRAIN_SECONDS * 1_000);
    // What was asked is answered before anything that the answer may need is told to end.
    closing.abort();
    await stopListening();
    stopping.abort();
    for (const step of stops.splice(0).reverse()) await step();
  };
  if (shipping) stops.push(() => shipping.stop(LAST_LINES_MS));
  try {
    const { service, config, host } = await openOwnHost(name, {
      environment,
      settings,
      log,
      tracing,
      signal: stopping.signal,
      closing: closing.signal,
      isDraining: () => isDraining,
      egress: 'proxy',
      onStop: (step) => stops.push(step),
    });
    if (shipping) startShipping(shipping, host, environment);
    const running = await service.start(config, host);
    const finishMs = settings.ALT_FINISH_SECONDS * 1_000;
    // One that listens by itself, the proxy, lets what runs through it end in its own stop.
    stops.push(() => stopInTime(name, running.stop, log, running.fetch ? undefined : finishMs + CUT_MS));
    const port = Number(environment.PORT ?? (isJob(name) ? 0 : servicePort(name)));
    const listening = { port, hostname: settings.HOST, isDraining: () => isDraining, finishMs };
    const server = running.fetch ? await listen(running.fetch, listening) : null;
    if (server) stopListening = () => stopInTime('requests', server.stop, log, finishMs + CUT_MS);
    log.info({ service: name, port: server?.port ?? port }, 'ready');
    return { port: server?.port ?? port, stop };
  } catch (error) {
    settings.ALT_DRAIN_SECONDS = 0; // nobody sends requests to what never started
    await stop().catch(() => undefined);
    throw error;
  }
}
