/** `npm run engine`: an engine worker of a fleet. It takes orders from Redis and writes them. */

import { hostname } from 'node:os';
import { inspect, parseArgs } from 'node:util';
import { EngineWorker } from '../fleet/engine-worker.ts';
import { openTracing } from '../fleet/tracing.ts';
import { compilePlan } from '../poetry/compile.ts';
import { type EmbeddedEngine, openInference } from '../service/embedded.ts';
import { loadEnvironment } from '../system/environment.ts';
import { OperatorError } from '../system/operator-error.ts';
import { printFailure } from '../system/print-failure.ts';
import { onStopRequest } from '../system/stop-signals.ts';
import { openStatusServer } from './discord/status-server.ts';
import { openLog } from './log.ts';
import { limitsOf, readSettings, SettingsError } from './settings.ts';

const HELP = `npm run engine: an engine worker of a fleet. It takes orders from Redis and writes them.

  It takes no options. Settings are environment variables, or lines in a file .env; .env.example lists them all.
  REDIS_URL is needed. Any number of engines may run, on any machine, each with its own ENGINE and CHECKPOINTS.`;

/** How long a stop waits for the poems under way. Those that are not written then go to the other engines. */
const STOP_MS = 8_000;
/** By the convention of shells, a program that a signal ended has the exit code 128 plus the signal's number. */
const SIGNAL_EXIT = 128;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  process.stderr.on('error', () => {});
  const settings = readSettings(process.env, loadEnvironment());
  const redisUrl = settings.REDIS_URL;
  if (redisUrl === undefined) throw new SettingsError('REDIS_URL is needed, as in redis://127.0.0.1:6379.');
  const log = openLog(settings.LOG_LEVEL ?? 'info', [redisUrl]);
  const limits = limitsOf(settings);
  const places = Math.max(1, Math.floor(limits.rows / settings.CANDIDATES));
  const host = await openInference({
    engine: settings.ENGINE,
    checkpointsRoot: settings.CHECKPOINTS,
    checkpoint: settings.CHECKPOINT,
    search: { candidates: settings.CANDIDATES, kept: settings.KEPT },
    // Orders come with their deadlines, and only as many as fit the batch.
    limits: { ...limits, queue: places, deadlineMs: 24 * 3_600_000 },
    logger: log,
  });
  const id = settings.ENGINE_ID ?? `${hostname().slice(0, 40)}-${process.pid}`;
  const tracing = await openTracing({
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: 'shiren-engine',
    instance: id,
    logger: log,
  });
  const aloneMs = await timeOfOne(host);
  const worker = new EngineWorker({
    redisUrl,
    host,
    checkpointsRoot: settings.CHECKPOINTS,
    id,
    places,
    aloneMs,
    ...(tracing.telemetry && { telemetry: tracing.telemetry }),
    logger: log,
  });
  const status =
    settings.HTTP_PORT === undefined
      ? null
      : await openStatusServer(
          settings.HTTP_PORT,
          {
            notReady: () => (worker.ready ? null : (worker.unfit ?? 'Redis is not connected')),
            health: () => ({ healthy: worker.ready, ...worker.report, unfit: worker.unfit }),
            metrics: () => host.metrics(),
          },
          settings.HTTP_HOST,
        );
  if (status) log.info({ port: status.port }, `Health and metrics on ${settings.HTTP_HOST}`);
  let stopping = false;
  onStopRequest(async ({ signalNumber }) => {
    if (stopping) process.exit(SIGNAL_EXIT + signalNumber);
    stopping = true;
    log.info({ underway: worker.report.running }, 'Stopping: no more orders are taken');
    const { returned } = await worker.stop(STOP_MS);
    await host.close(0);
    await tracing.close();
    status?.close();
    log.info({ returned }, 'Stopped');
    process.exit(0);
  });
  log.info({ id, places, aloneMs: Math.round(aloneMs) }, 'Engine of a fleet');
}

/** Milliseconds of one poem written alone. The first one is slower: it sets things up. */
async function timeOfOne(host: EmbeddedEngine): Promise<number> {
  const request = {
    kind: 'poem',
    opening: '月',
    form: 'qijue',
    title: '',
    meter: 'none',
    rhyme: 'auto',
  } as const;
  const order = { plan: compilePlan(request), mood: 'free', seed: 1 } as const;
  const asker = { user: 'engine', guild: null, owner: true };
  await host.write(order, asker);
  const startedAt = performance.now();
  await host.write(order, asker);
  return performance.now() - startedAt;
}

try {
  await main();
} catch (error) {
  printFailure(error instanceof OperatorError ? error.message : inspect(error));
  process.exit(1);
}
