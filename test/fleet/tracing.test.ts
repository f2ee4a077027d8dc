import { afterEach, expect, it, vi } from 'vitest';
import { inSpan, openTracing, type Tracing } from '../../src/fleet/tracing.ts';
import { OtlpCollector } from './otlp-collector.ts';

let tracing: Tracing | null = null;
afterEach(async () => {
  await tracing?.close();
  // OpenTelemetry has one provider for the whole process.
  const { context, diag, propagation, trace } = await import('@opentelemetry/api');
  for (const api of [context, diag, propagation, trace]) api.disable();
  tracing = null;
});

const logger = { info: vi.fn(), warn: vi.fn() };
const open = async (endpoint: string | undefined) => {
  tracing = await openTracing({ endpoint, service: 'shiren-bot', logger });
  return tracing;
};

it('traces nothing without an endpoint', async () => {
  expect((await open(undefined)).telemetry).toBeUndefined();
  const recording = await inSpan('order', {}, async (span) => span.isRecording());
  expect(recording).toBe(false);
});

it('exports spans, their parents and their errors', async () => {
  const collector = await OtlpCollector.start();
  const { telemetry } = await open(`${collector.url}/`);
  expect(telemetry).toBeDefined();
  const failing = inSpan('order', { 'shiren.seed': 7 }, () =>
    inSpan('inner', {}, async () => {
      throw new Error('no ink');
    }),
  );
  await expect(failing).rejects.toThrow('no ink');
  await tracing?.close();
  const [inner, outer] = collector.spans;
  expect(outer).toMatchObject({ name: 'order', service: 'shiren-bot', status: 2, parentSpanId: undefined });
  expect(Number(outer?.attributes['shiren.seed'])).toBe(7);
  expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer?.spanId, traceId: outer?.traceId });
  await collector.stop();
});

it('says once that a collector cannot be reached, and goes on', async () => {
  const collector = await OtlpCollector.start();
  const { url } = collector;
  await collector.stop();
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500');
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '100');
  await open(url);
  const write = () => inSpan('order', {}, async () => 'a poem');
  expect(await write()).toBe('a poem');
  await expect.poll(() => logger.warn.mock.calls.length, { timeout: 20_000 }).toBe(1);
  expect(logger.warn.mock.calls[0]?.[0]).toEqual({ reason: expect.stringMatching(/^[^{}\n]+$/u) });
  expect(await write()).toBe('a poem');
  await tracing?.close();
  expect(logger.warn).toHaveBeenCalledOnce();
  vi.unstubAllEnvs();
});
