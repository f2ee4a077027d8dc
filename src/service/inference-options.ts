/** The options of the embedded inference service, and their defaults. */

import type { SearchSettings } from '../decoding/search.ts';
import type { EngineChoice } from '../engines/names.ts';
import type { Limits } from './admission.ts';

export { DEFAULT_SEARCH } from '../decoding/search.ts';

/** The part of a pino logger that the service uses. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface InferenceOptions {
  readonly engine: EngineChoice;
  /** The folder of checkpoint folders. */
  readonly checkpointsRoot: string;
  /** Name of the checkpoint to serve. */
  readonly checkpoint: string;
  readonly limits?: Partial<Limits>;
  /** How each poem is searched for; what is not given is as in `DEFAULT_SEARCH`. */
  readonly search?: Partial<SearchSettings>;
  readonly logger: Logger;
  /** The compiled program of the engine thread. */
  readonly workerUrl?: URL;
  /** When the engine counts as hanging, and when its breaker opens and closes. */
  readonly recovery?: Partial<Recovery>;
}

export interface Recovery {
  /** Milliseconds without progress, while there is work, after which the engine is restarted. */
  readonly hangMs: number;
  /** The same, while the engine starts. */
  readonly startMs: number;
  /** Milliseconds that a reload may take. After that the engine is restarted with the checkpoint that served. */
  readonly loadMs: number;
  /** Crashes within `windowMs`, or users whose orders crash the engine, that open the breaker for `restMs`. */
  readonly crashes: number;
  readonly windowMs: number;
  readonly restMs: number;
  /** Limit of the engine thread's JavaScript heap in megabytes. Beyond it the engine is restarted. */
  readonly heapMb: number;
}

export const DEFAULT_RECOVERY: Recovery = {
  hangMs: 4000,
  startMs: 60_000,
  loadMs: 60_000,
  crashes: 3,
  windowMs: 60_000,
  restMs: 20_000,
  heapMb: 2048,
};
