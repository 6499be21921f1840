/** As much of WebAssembly as is used on the Node side, whose types (no DOM) leave it out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: Record<string, unknown>
  }
  interface Memory {
    /** A new one after growing: views of the old one are empty then. */
    readonly buffer: ArrayBuffer
    /** By so many pages of 64 KiB. @throws RangeError where there is no more memory */
    grow(pages: number): number
  }
  interface Global {
    readonly value: number
  }
}
