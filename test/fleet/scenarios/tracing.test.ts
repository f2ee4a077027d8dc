/** Traces of orders: bot, Redis, engine and answer are one trace. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFleet, expectPoems, Fleet } from '../fleet.ts';
import { OtlpCollector } from '../otlp-collector.ts';

let fleet: Fleet;
let collector: OtlpCollector;

describeFleet('a fleet with a collector of OpenTelemetry', () => {
  beforeAll(async () => {
    collector = await OtlpCollector.start();
    fleet = await Fleet.open();
  });
  afterAll(async () => {
    await fleet?.close();
    await collector.stop();
  });

  it('makes one trace of an order, from the bot to the engine and back', async () => {
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const engine = await fleet.engine(tracing);
    const bot = await fleet.bot(0, tracing);
    await expectPoems([fleet.ask(0, 5)]);
    // What is left is exported at the end of a process.
    for (const program of [bot, engine]) {
      program.signal('SIGTERM');
      expect(await program.exit()).toBe(0);
    }
    const order = collector.spans.find(({ name }) => name === 'order');
    expect(order).toMatchObject({ service: 'shiren-bot', status: 0 });
    const together = collector.spans.filter(({ traceId }) => traceId === order?.traceId);
    const written = together.find(({ attributes }) => attributes['shiren.checkpoint'] === 'tiny');
    expect(written).toMatchObject({ service: 'shiren-engine' });
    const delivered = together.filter(
      ({ name, service }) => /deliver/u.test(name) && service === 'shiren-bot',
    );
    expect(delivered.length).toBeGreaterThan(1);
    // Nothing of who asked, or for what.
    expect(JSON.stringify(together)).not.toContain('月');
  });

  it('writes poems although the collector cannot be reached', async () => {
    const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const engine = await fleet.engine(nowhere);
    const bot = await fleet.bot(0, nowhere);
    await expectPoems([fleet.ask(0)]);
    for (const program of [bot, engine]) {
      program.signal('SIGTERM');
      expect(await program.exit()).toBe(0);
    }
  });
});
