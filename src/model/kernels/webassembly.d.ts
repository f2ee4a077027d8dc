/** The part of the WebAssembly interface that is used: TypeScript has it only among the types of browsers. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** By so many pages; arrays on the buffer as it was before are empty from then on. */
    grow(pages: number): number;
  }
  interface Global {
    readonly value: number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: object;
  }
}
