/** The interface that each engine's file implements for `startEngine`. */

import type { EngineName } from './names.ts';

export interface StartedEngine {
  /** Name of the processor or graphics card that computes. */
  readonly device: string;
  /** Version of the library that computes: TensorFlow, or TensorFlow.js for the engines that are part of it. */
  readonly version: string;
}

export interface EngineBackend {
  readonly name: EngineName;
  /**
   * Registers the TensorFlow.js backend of the same name and makes it the current backend of this thread.
   * `byName` is false if `auto` tries this engine: then an engine refuses a slow substitute of the real device.
   * Throws {@link EngineUnavailable} if the engine cannot run here. Any other error is a fault of the engine.
   */
  start(byName: boolean): Promise<StartedEngine>;
}

/** This engine cannot run here. The message gives the reason in one clause. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';

  /** `remedy` is a clause that names the command or the part that would make it run; null if there is none. */
  constructor(
    reason: string,
    readonly remedy: string | null = null,
  ) {
    super(reason);
  }
}
