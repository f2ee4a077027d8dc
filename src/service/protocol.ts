/**
 * The messages between the main thread and the engine thread. They are plain data, so they could also go over a network.
 * The sender of a command chooses its id; the answer carries the same id.
 */

import type { SearchSettings } from '../decoding/search.ts';
import type { EngineChoice } from '../engines/names.ts';
import type { CheckpointSummary, EnginePoem, Order } from './inference.ts';

/** What the engine thread is started with. */
export interface EngineStart {
  readonly engine: EngineChoice;
  readonly checkpointsRoot: string;
  readonly checkpoint: string;
  /** How each poem is searched for. A greedy order has one candidate. */
  readonly search: SearchSettings;
  /** The memory of the `SharedStats`. */
  readonly stats: SharedArrayBuffer;
}

/** From the main thread to the engine thread. */
export type EngineCommand =
  | { readonly type: 'write'; readonly id: number; readonly order: Order }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'load'; readonly id: number; readonly checkpoint: string }
  /** Loads a checkpoint beside the one that serves. `commit` makes it serve, `discard` frees it. */
  | { readonly type: 'prepare'; readonly id: number; readonly checkpoint: string }
  | { readonly type: 'commit'; readonly id: number }
  | { readonly type: 'discard'; readonly id: number };

export interface EngineDescription {
  readonly name: string;
  readonly device: string;
  readonly version: string;
  /** One line for the log: which engine runs, and why not the others. */
  readonly line: string;
}

/** The thread is ready for commands. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly engine: EngineDescription;
  readonly checkpoint: CheckpointSummary;
  /** Milliseconds that the first poem took, written alone. */
  readonly poemMs: number;
}

/** The thread cannot serve: no engine runs, or the checkpoint cannot be loaded. */
export interface UnableMessage {
  readonly type: 'unable';
  readonly code: 'checkpoint' | 'engine';
  readonly message: string;
}

/** The answer to a cancel or discard command, even if there was nothing left to cancel. */
export interface CancelledMessage {
  readonly type: 'cancelled';
  readonly id: number;
}

/** The answer to a write, load, prepare or commit command. */
export type ResultMessage =
  | { readonly type: 'written'; readonly id: number; readonly poem: EnginePoem }
  /** This order cannot be written. Other orders are not affected. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'loaded'; readonly id: number; readonly checkpoint: CheckpointSummary }
  | { readonly type: 'prepared'; readonly id: number; readonly checkpoint: CheckpointSummary }
  | { readonly type: 'not-loaded'; readonly id: number; readonly message: string };

/** From the engine thread to the main thread. */
export type EngineMessage = ReadyMessage | UnableMessage | CancelledMessage | ResultMessage;
