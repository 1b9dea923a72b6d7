import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  type Tracer as SdkTracer,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Span, SpanOptions, Tracer, Tracing } from './index.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};
const FLUSH_MS = 3_000;

/** Spans to a collector by OTLP over HTTP, in batches, beside the work. A collector that is away costs spans, nothing else. */
export function startTracing(options: { url: string; headers: Record<string, string>; share: number }): Tracing {
  const exporter = new OTLPTraceExporter({ url: options.url, headers: options.headers, timeoutMillis: FLUSH_MS });
  const processor = new BatchSpanProcessor({ exporter, exportTimeoutMillis: FLUSH_MS });
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.share) });
  const underWay = new AsyncLocalStorage<SdkSpan>();
  const tracers = new Map<string, Tracer>();
  const current = () => traceparentOf(underWay.getStore());
  return {
    current,
    tracerOf(service) {
      const known = tracers.get(service);
      if (known) return known;
      // A resource is a provider's, and the service is a resource: one provider a service, one way out for all.
      const resource = resourceFromAttributes({ 'service.name': service, 'service.namespace': 'alt' });
      const provider = new TracerProvider({ resource, sampler, spanProcessors: [processor] });
      const tracer = { ...createTracer(provider.getTracer('alt'), underWay), current };
      tracers.set(service, tracer);
      return tracer;
    },
    stop: () => processor.shutdown().catch(() => {}),
  };
}

function createTracer(sdk: SdkTracer, underWay: AsyncLocalStorage<SdkSpan>): Omit<Tracer, 'current'> {
  const contextOf = (parent: string | null | undefined): Context => {
    if (parent === undefined) {
      const span = underWay.getStore();
      return span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
    }
    const known = parent === null ? null : parseTraceParent(parent);
    return known ? trace.setSpanContext(ROOT_CONTEXT, { ...known, isRemote: true }) : ROOT_CONTEXT;
  };
  return {
    async span<T>(
      name: string,
      { kind = 'internal', attributes, parent, links = [] }: SpanOptions,
      work: (span: Span) => Promise<T>,
    ) {
      const others = links.flatMap((link) => parseTraceParent(link) ?? []).map((context) => ({ context }));
      const options = { kind: KINDS[kind], links: others, ...(attributes ? { attributes } : {}) };
      const span = sdk.startSpan(name, options, contextOf(parent));
      try {
        return await underWay.run(span, () => work(told(span)));
      } catch (error) {
        // The name alone: a message may quote an address or a text, and the log has it.
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

function traceparentOf(span: SdkSpan | undefined): string | null {
  const context = span?.spanContext();
  if (!context) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

function told(span: SdkSpan): Span {
  return {
    set: (attributes) => void span.setAttributes(attributes),
    rename: (name) => void span.updateName(name),
    fail: (message) => void span.setStatus({ code: SpanStatusCode.ERROR, message }),
  };
}
