/**
 * What the processes of a fleet say to each other through Redis. All of it is plain data.
 *
 * An order is two jobs of BullMQ in one flow: `deliver` waits for its child `write`. Engines take `write`, bots take
 * `deliver`. Orders that no other process could answer are a `write` job alone, whose outcome is published.
 *
 * Times are Unix milliseconds, so the clocks of the machines must agree to about a second.
 */

import type {
  CheckpointSummary,
  EngineStatus,
  GeneratedPoem,
  Order,
  UnavailableCode,
} from '../service/inference.ts';

/**
 * The version of this protocol. A reader ignores fields that it does not know. A change that an older reader would
 * misunderstand raises the version, and the jobs that use it say so in `needs`: an older process leaves them alone.
 */
export const PROTOCOL = 1;

/** All keys begin with it. The braces keep them on one node of a Redis cluster. */
export const PREFIX = '{shiren}';
export const WRITE = 'write';
export const DELIVER = 'deliver';

interface Versioned {
  /** The lowest protocol version of a process that may take this job. */
  readonly needs: number;
}

export interface WriteData extends Versioned {
  readonly order: Order;
  /** The id of the user who asked. */
  readonly user: string;
  readonly deadline: number;
  readonly askedAt: number;
  /** The id of the process that took the order. */
  readonly origin: string;
  /** Whether a `deliver` job waits for the outcome. If not, the outcome is published to `origin`. */
  readonly delivered: boolean;
}

/** Asks an engine for the nearest lines of the corpus. The answer is published to `origin`. */
export interface NearestData extends Versioned {
  readonly nearest: readonly string[];
  readonly origin: string;
  readonly deadline: number;
}

export interface DeliverData extends Versioned {
  readonly origin: string;
  readonly deadline: number;
  /** What another bot needs to give the answer. Only the bot knows what is in it. */
  readonly handover: unknown;
}

/** What became of an order. */
export type Outcome =
  | { readonly ok: true; readonly poem: GeneratedPoem }
  | { readonly ok: false; readonly code: UnavailableCode | 'failed' };

/** Messages to one process, over the channel of {@link processChannel}. */
export type ProcessMessage =
  /** The outcome of an order without a `deliver` job. */
  | { readonly type: 'outcome'; readonly id: string; readonly outcome: Outcome }
  | { readonly type: 'nearest'; readonly id: string; readonly lines: unknown }
  /** Another bot has the `deliver` job of an order that this process took. It waits for both answers below. */
  | { readonly type: 'deliver'; readonly id: string; readonly outcome: Outcome; readonly from: string }
  | { readonly type: 'taken'; readonly id: string }
  | { readonly type: 'answered'; readonly id: string };

export const processChannel = (id: string) => `${PREFIX}:process:${id}`;
/** The ids of cancelled orders. */
export const CANCEL_CHANNEL = `${PREFIX}:cancel`;
/** Says that something about the checkpoint has changed. */
export const RELOAD_CHANNEL = `${PREFIX}:reload`;

export const jobKey = (queue: string, id: string) => `${PREFIX}:${queue}:${id}`;
/** Set while a cancelled order may still be taken by an engine. */
export const cancelledKey = (id: string) => `${PREFIX}:cancelled:${id}`;
/** Set once another process than the origin has answered an order. */
export const answeredKey = (id: string) => `${PREFIX}:answered:${id}`;
/** Set while an order that was under way when an engine died is written alone. */
export const aloneKey = (id: string) => `${PREFIX}:alone:${id}`;
export const ENGINES_KEY = `${PREFIX}:engines`;
export const engineKey = (id: string) => `${PREFIX}:engine:${id}`;

/** What an engine process says about itself, every second. */
export interface EngineReport extends EngineStatus {
  readonly protocol: number;
  readonly summary: CheckpointSummary;
  /** Of the reload that it serves; see `checkpoint-of-fleet.ts`. */
  readonly generation: number;
  /** Orders that it writes at a time. */
  readonly places: number;
  /** Milliseconds of a poem in its batch, a moving mean; null before the first. */
  readonly meanRunMs: number | null;
  /** Milliseconds of a poem written alone. */
  readonly aloneMs: number;
  readonly restarts: number;
  /** Orders that it took after another engine had died with them. */
  readonly retried: number;
  /** Orders of dead engines that it found. */
  readonly stalled: number;
  /** The checkpoints on its disk. */
  readonly catalogue: readonly CheckpointSummary[];
}
