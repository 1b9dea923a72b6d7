/** What a span is told while it runs. */
export interface Span {
  /** Attributes by the names of OpenTelemetry's conventions; nothing secret, nothing of a reader's. */
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** It ended badly, without an error that was thrown. */
  fail(reason: string): void;
}

export type Attributes = Record<string, string | number | boolean>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client' | 'consumer';
  attributes?: Attributes;
  /** The `traceparent` that it continues, in place of the span under way. One that cannot be read begins a trace. */
  parent?: string | null;
  /** Further traces that it belongs to, as `traceparent`s. */
  links?: readonly string[];
}

/** How one service tells of its work. Whoever has none (`null`) does nothing: no module is loaded and no clock is read. */
export interface Tracer {
  /** Runs `work` inside a span, which ends with it; an error marks it and is thrown on. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** The span under way as a `traceparent` (W3C Trace Context); null outside any. */
  current(): string | null;
}

export interface Tracing {
  /** Spans of this service, under its own name, however many share the process. */
  tracerOf(service: string): Tracer;
  /** The span under way in this process as a `traceparent`; null outside any. */
  current(): string | null;
  /** Sends what waits, for a few seconds at the most, and closes. */
  stop(): Promise<void>;
}

/** The trace and the span of a `traceparent`, for lines of a log. */
export function traceIds(traceparent: string): { traceId: string; spanId: string } | null {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent) ?? [];
  return traceId && spanId ? { traceId, spanId } : null;
}

/**
 * Tracing as the environment asks for it, or null where it does not: OTEL_EXPORTER_OTLP_ENDPOINT (or its form for traces)
 * names a collector that takes OTLP over HTTP; OTEL_TRACES_SAMPLER_ARG says which share of traces is kept (1).
 */
export async function openTracing(environment: Record<string, string | undefined>): Promise<Tracing | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: exact } = environment;
  if (!base && !exact) return null;
  const url = exact || `${base?.replace(/\/+$/, '')}/v1/traces`;
  if (!/^https?:\/\//.test(url)) {
    throw new Error(`OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// address, unlike ${url}.`);
  }
  const share = Number(environment.OTEL_TRACES_SAMPLER_ARG || 1);
  if (!(share >= 0 && share <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1.');
  const { startTracing } = await import('./otlp.ts');
  return startTracing({ url, headers: headersOf(environment), share });
}

/** `name=value,name=value`, values in percent-encoding (OpenTelemetry, protocol exporter). */
function headersOf(environment: Record<string, string | undefined>): Record<string, string> {
  const given = environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS || environment.OTEL_EXPORTER_OTLP_HEADERS || '';
  const pairs = given.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
