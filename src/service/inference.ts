/**
 * The interface of the inference service. The bot reaches the model only through it: write a poem, reload a checkpoint,
 * ask for the status. All arguments and results are plain data, so the engine could also run on another machine.
 */

import type { VersePlan } from '../poetry/plan.ts';
import type { Mood } from '../poetry/request.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { NearestLine } from '../text-index/line-index.ts';

export interface Order {
  readonly plan: VersePlan;
  readonly mood: Mood;
  /** Unsigned 32-bit integer. The same plan, mood, seed, checkpoint and engine give the same poem. */
  readonly seed: number;
  /** If only one line of the plan is to be written, in several ways to choose from. */
  readonly line?: LineOrder;
}

export interface LineOrder {
  /** How many answers are wanted. There may be fewer. */
  readonly answers: number;
  /** The characters of a poem that is no answer: the one whose line is to be replaced. */
  readonly besides?: readonly string[];
}

/** Who asks, for the limits. The user of the terminal is an owner. */
export interface Asker {
  readonly user: string;
  readonly guild: string | null;
  /** Owners are not limited. */
  readonly owner: boolean;
}

export interface WriteOptions {
  /** If it aborts, the order is cancelled and its place in the batch is free at the next tick. */
  readonly signal?: AbortSignal;
  /**
   * Called about every two seconds while the order waits. `place` is its place in the queue (1 is next), or null while a
   * rate limit of the user or guild holds it back. `expectedMs` is the expected wait in milliseconds, null if unknown.
   */
  readonly onWaiting?: (place: number | null, expectedMs: number | null) => void;
  /** What the order is called where it is kept, for the operator. */
  readonly id?: string;
  /** Plain data with which another process can give the answer if this one ends. Embedded inference ignores it. */
  readonly handover?: unknown;
  /** Called once the order is kept outside of this process. Embedded inference never calls it. */
  readonly onKept?: () => void;
  /** Resolves when the asker has the answer. Until then another process may have to give it. */
  readonly answered?: Promise<unknown>;
}

/** A poem as the engine thread writes it: traditional script, without layout. */
export interface EnginePoem {
  /** One string per slot of the plan, in order. */
  readonly characters: readonly string[];
  /** The next best ones, if several were ordered; as `characters`. */
  readonly others: readonly (readonly string[])[];
  /** The title that the model wrote, traditional script; empty if it wrote none. */
  readonly title: string;
  /** Mean NLL in nats of the hanzi that the model chose; null if it chose none or there was only one candidate. */
  readonly nllHanzi: number | null;
  /** The given characters that the model has never met, as the plan has them. */
  readonly unknownCharacters: readonly string[];
  /** Name of the checkpoint. */
  readonly checkpoint: string;
}

export interface GeneratedPoem extends EnginePoem {
  readonly seed: number;
  /** Milliseconds that the order waited. */
  readonly waitedMs: number;
  /** Milliseconds in the batch. */
  readonly ranMs: number;
}

export type UnavailableCode =
  | 'user-busy' // the user has reached the limit of poems or of waiting orders
  | 'guild-busy' // the guild has reached its limit
  | 'queue-full'
  | 'deadline'
  | 'breaker-open'
  | 'given-up' // the order ended the engine twice
  | 'closing'
  | 'cancelled'
  | 'disconnected' // the other machines cannot be reached
  | 'interrupted'; // the process that had taken the order ended

/** The service cannot write this poem now. The bot has the texts. `retryMs` is when to try again, null if unknown. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  constructor(
    readonly code: UnavailableCode,
    readonly retryMs: number | null = null,
  ) {
    super(retryMs === null ? code : `${code}, try again in ${retryMs} ms`);
  }
}

/** Another process has answered the asker meanwhile. Nothing is left to do. */
export class AnsweredElsewhere extends Error {
  override readonly name = 'AnsweredElsewhere';
}

/**
 * A checkpoint cannot be served, or no engine runs. The message names the faulty file or the command that installs the
 * engine. It may be shown to an administrator.
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

/** What the card of a checkpoint says. */
export interface CheckpointSummary {
  readonly name: string;
  readonly cell: string;
  readonly layers: number;
  readonly vocabulary: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly parameters: number;
  /** Of the test split, in nats; null if the card has none. */
  readonly nll: number | null;
  readonly hanziPerplexity: number | null;
  /** Whether it knows what stands opposite what in couplets. */
  readonly parallels: boolean;
  /** The training corpus. */
  readonly corpus: { readonly source: string; readonly poems: number };
}

export interface ServiceStatus {
  readonly engine: { readonly name: string; readonly device: string; readonly version: string };
  readonly checkpoint: CheckpointSummary;
  /** Orders in the batch. */
  readonly running: number;
  /** Orders in the queue. */
  readonly waiting: number;
  /** Poems since the start. */
  readonly poems: number;
  /** Engine restarts since the start. */
  readonly restarts: number;
  readonly uptimeMs: number;
  /** The engine processes, if they are processes of their own. */
  readonly engines?: readonly EngineStatus[];
}

/** One engine process of several. */
export interface EngineStatus {
  /** Unique among them. */
  readonly id: string;
  readonly engine: { readonly name: string; readonly device: string; readonly version: string };
  readonly checkpoint: string;
  /** Orders in its batch. */
  readonly running: number;
  /** Poems since its start. */
  readonly poems: number;
}

export interface Inference {
  /** True if orders outlive this process. Then `onKept` of {@link WriteOptions} says when one is safe. */
  readonly keepsOrders?: boolean;
  /** Writes one poem. Throws {@link Unavailable}. */
  write(order: Order, asker: Asker, options?: WriteOptions): Promise<GeneratedPoem>;
  /** Loads a checkpoint and serves it from then on. If that fails, the old one keeps serving. Throws {@link LoadError}. */
  reload(name: string): Promise<CheckpointSummary>;
  /** The checkpoints on disk, sorted by name. */
  checkpoints(): Promise<readonly CheckpointSummary[]>;
  /**
   * For each verse line (traditional script, no punctuation) the nearest line of the corpus that the serving checkpoint
   * was trained on; null for a line that agrees with no corpus line at any place. Null as a whole if the corpus lines are
   * not known.
   */
  nearest(lines: readonly string[]): Promise<readonly (NearestLine | null)[] | null>;
  status(): ServiceStatus;
  /** In the Prometheus text format. */
  metrics(): Promise<string>;
  /** Takes no new orders, lets active orders finish within `limitMs`, and drops the rest. */
  close(limitMs: number): Promise<{ readonly dropped: number }>;
}
