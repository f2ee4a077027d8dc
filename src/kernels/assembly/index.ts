/** What is exported to `kernels.ts`. AssemblyScript: compiled to WebAssembly by `npm run build`. */
import { attach, dismiss, finish, help, scratch, start } from './crew';
import { draw } from './draw';

export { attach, dismiss, finish, help, start };

/** Carries out the n-th draw of a list in this thread. */
export function drawOne(list: usize, n: i32, width: usize, weights: usize, bias: usize): void {
  draw(list, n, width, weights, bias, scratch());
}

/** The first byte that the code itself does not use. */
export const base: usize = __heap_base;
