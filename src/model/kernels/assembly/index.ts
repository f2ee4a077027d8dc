/** What is exported to `kernels.ts`. AssemblyScript: compiled to WebAssembly by `npm run build`. */
export { logSumExp, propose, weigh } from './draw';
export { gru, lstm, rnn } from './gates';
export { addBias, columns } from './projection';

/** The first byte that the code itself does not use. */
export const base: usize = __heap_base;
