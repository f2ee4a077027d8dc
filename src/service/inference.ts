/**
 * The only door to the model for the bot: write a poem, reload, status. Everything that crosses it is plain
 * data, so that engine workers on other machines could stand behind it as well as the embedded one does.
 */

import type { VersePlan } from '../poetry/plan.ts';
import type { Mood } from '../poetry/request.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { NearLine } from '../text-index/line-index.ts';

export interface Order {
  readonly plan: VersePlan;
  readonly mood: Mood;
  /** Unsigned 32-bit integer. Same plan, mood, seed, checkpoint and engine: same poem. */
  readonly seed: number;
}

/** Who asks, for the limits. The terminal's user is an owner. */
export interface Asker {
  readonly user: string;
  readonly guild: string | null;
  /** Owners are not limited. */
  readonly owner: boolean;
}

export interface WriteOptions {
  /** Aborting gives the poem's place in the batch back at the next tick. */
  readonly signal?: AbortSignal;
  /**
   * Told every now and then while the order waits longer than a moment: its place in the queue (1 is next), null
   * while a limit of the user's or guild's holds it back, and the expected wait in milliseconds, null where unknown.
   */
  readonly onWaiting?: (place: number | null, expectedMs: number | null) => void;
}

/** A poem as written: traditional script, no rendering. */
export interface Written {
  /** One string a slot of the plan, in order. */
  readonly characters: readonly string[];
  /** Mean NLL in nats of the hanzi that the model chose; null where it chose none, or one row alone was written. */
  readonly nllHanzi: number | null;
  readonly checkpoint: string;
  readonly seed: number;
  readonly waitedMs: number;
  readonly ranMs: number;
}

export type UnavailableCode =
  | 'user-busy' // this user has had, or waits for, as many poems as one may
  | 'guild-busy' // so has this guild
  | 'queue-full'
  | 'deadline'
  | 'breaker-open'
  | 'closing'
  | 'cancelled';

/** The service cannot write this poem now; the words are the bot's. `retryMs` is when to try again, where known. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  constructor(
    readonly code: UnavailableCode,
    readonly retryMs: number | null = null,
  ) {
    super(retryMs === null ? code : `${code}, try again in ${retryMs} ms`);
  }
}

/**
 * A checkpoint cannot be served, or no engine runs to serve it. The message says what is wrong with which file,
 * or which command would install the engine, and is fit to be shown to an admin.
 */
export class LoadError extends OperatorError {
  override readonly name = 'LoadError';
  constructor(
    readonly code: 'checkpoint' | 'engine',
    message: string,
  ) {
    super(message);
  }
}

/** What can be said of a checkpoint without loading it. */
export interface CheckpointSummary {
  readonly name: string;
  readonly cell: string;
  readonly layers: number;
  readonly vocabulary: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly parameters: number;
  /** Test split; null where the card has none. */
  readonly nll: number | null;
  readonly hanziPerplexity: number | null;
  /** What it was trained on. */
  readonly corpus: { readonly source: string; readonly poems: number };
}

export interface ServiceStatus {
  readonly engine: { readonly name: string; readonly device: string; readonly version: string };
  readonly checkpoint: CheckpointSummary;
  readonly running: number;
  readonly waiting: number;
  readonly poems: number;
  readonly restarts: number;
  readonly uptimeMs: number;
}

export interface Inference {
  /** Writes one poem. Throws {@link Unavailable}. */
  write(order: Order, asker: Asker, options?: WriteOptions): Promise<Written>;
  /** Loads a checkpoint anew and serves it from then on; on any fault the old one keeps serving. Throws {@link LoadError}. */
  reload(name: string): Promise<CheckpointSummary>;
  /** The checkpoints on disk, by name. */
  checkpoints(): Promise<readonly CheckpointSummary[]>;
  /**
   * For each verse line (traditional script, no marks) the nearest of the corpus that the serving checkpoint was
   * trained on, null where none agrees with it anywhere; null where that cannot be told.
   */
  nearest(lines: readonly string[]): Promise<readonly (NearLine | null)[] | null>;
  status(): ServiceStatus;
  /** Prometheus text format. */
  metrics(): Promise<string>;
  /** Takes no new orders, lets the running ones finish within `limitMs`; says how many it dropped. */
  close(limitMs: number): Promise<{ readonly dropped: number }>;
}
