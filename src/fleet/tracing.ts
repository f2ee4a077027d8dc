/**
 * Traces of orders through a fleet, by OpenTelemetry: one trace an order, from the bot that took it through Redis to the
 * engine that wrote it and the bot that answered. They are exported over OTLP (HTTP) if an endpoint is set, with the
 * variables that OpenTelemetry defines. Otherwise spans are the API's own no-ops, and the SDK is not loaded.
 */

import { hostname } from 'node:os';
import { type Attributes, DiagLogLevel, diag, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import type { Logger } from '../service/inference-options.ts';
import { messageOf } from '../system/message-of.ts';

/** How long the end of a process waits for its last spans. */
const CLOSE_MS = 2_000;

export interface Tracing {
  /** What BullMQ's classes take, so that a job carries its trace; undefined without tracing. */
  readonly telemetry: Telemetry | undefined;
  /** Exports what is left, for at most two seconds. Does not throw. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** OTEL_EXPORTER_OTLP_ENDPOINT: the address of a collector, as in http://localhost:4318. Undefined: no tracing. */
  readonly endpoint: string | undefined;
  /** `service.name` of the spans, unless OTEL_SERVICE_NAME gives another. */
  readonly service: 'shiren-bot' | 'shiren-engine';
  /** `service.instance.id`; default: host and process. */
  readonly instance?: string;
  readonly logger: Logger;
}

/** Call it once a process, before the first order. A collector that cannot be reached costs spans, and no order. */
export async function openTracing({ endpoint, service, instance, logger }: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) return { telemetry: undefined, close: async () => {} };
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources, { BullMQOtel }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('bullmq-otel'),
    ]);
  // A failing exporter says so at every batch. The operator reads each sentence once.
  const told = new Set<string>();
  const tell = (message: string) => {
    const reason = sentenceOf(message);
    if (told.has(reason)) return;
    told.add(reason);
    logger.warn({ reason }, 'OpenTelemetry reports a problem');
  };
  const silent = () => {};
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN },
  );
  const provider = new NodeTracerProvider({
    resource: resources
      .resourceFromAttributes({
        'service.name': service,
        'service.instance.id': instance ?? `${hostname()}-${process.pid}`,
      })
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    // The exporter reads OTEL_EXPORTER_OTLP_HEADERS and the like by itself.
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/u, '')}/v1/traces` })),
    ],
  });
  provider.register();
  return {
    telemetry: new BullMQOtel({ tracerName: 'shiren' }),
    close: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([provider.shutdown().catch((error) => tell(messageOf(error))), late]);
    },
  };
}

/** OpenTelemetry reports an error as JSON with its stack. */
function sentenceOf(report: string): string {
  try {
    return String(JSON.parse(report).message ?? report);
  } catch {
    return report;
  }
}

/** Runs `work` in a span. A rejection is the span's error. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer('shiren').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
