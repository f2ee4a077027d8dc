/** Metrics of the bot's interactions, in Prometheus' text format. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Histogram buckets in seconds. Discord waits three seconds for a first answer. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

export class InteractionMetrics {
  readonly #registry = new Registry();
  readonly answered = new Counter({
    name: 'shiren_interactions_total',
    help: 'Interactions answered, by command or button and by outcome.',
    labelNames: ['kind', 'outcome'],
    registers: [this.#registry],
  });
  readonly underway = new Gauge({
    name: 'shiren_interactions_underway',
    help: 'Interactions being answered.',
    registers: [this.#registry],
  });
  readonly firstAnswer = new Histogram({
    name: 'shiren_first_answer_seconds',
    help: 'Time from an interaction to the confirmation of its first answer.',
    buckets: BUCKETS,
    registers: [this.#registry],
  });

  readonly dailyPoems = new Counter({
    name: 'shiren_daily_poems_total',
    help: 'Daily poems that were due, by outcome: posted, refused by Discord, or missed.',
    labelNames: ['outcome'],
    registers: [this.#registry],
  });

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
