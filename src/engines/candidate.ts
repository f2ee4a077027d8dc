/** What every engine's own file provides to `startEngine`, and nothing of how engines are chosen. */

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface StartedEngine {
  /** The processor or graphics card that computes, as its maker calls it. */
  readonly device: string;
  /** Of the library that computes: TensorFlow's, or TensorFlow.js's for the engines that are part of it. */
  readonly version: string;
}

export interface Candidate {
  readonly name: EngineName;
  /**
   * Registers the TensorFlow.js backend of the same name and makes it the current one of this thread.
   * `byName` is false when `auto` is only trying: a slow substitute of the real device is then refused.
   * Throws {@link EngineUnavailable}; anything else that it throws is a fault of the engine.
   */
  start(byName: boolean): Promise<StartedEngine>;
}

/** This engine cannot run here, for the reason that the message gives in one clause. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';

  /** `remedy` is the command or the part that would make it run, where there is one. */
  constructor(
    reason: string,
    readonly remedy: string | null = null,
  ) {
    super(reason);
  }
}
