/** The names of the engines. This file loads no TensorFlow.js, so that settings and help texts can use the names. */

/** In the order in which `auto` tries them. */
export const ENGINE_NAMES = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a user may ask for: an engine by name, or the first that runs here. */
export const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
