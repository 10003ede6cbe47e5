import type { Program } from "./program.ts";

/** A back end for programs. `wasm` is the default; `javascript` is for debugging and for pages that forbid WebAssembly. */
export type Target = "wasm" | "javascript";

/** A program ready to run: its memory and its exported functions. */
export interface Instance {
  readonly target: Target;
  /** Views of the memory; read them afresh after `reserve`, which may replace them. */
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  /** Exported functions by name; i32 and f64 arguments and results are plain numbers. */
  readonly functions: Readonly<Record<string, (...operands: readonly number[]) => number>>;
  /** Byte offset of `bytes` fresh bytes after the static layout, 16-aligned; grows the memory when needed. */
  reserve(bytes: number): number;
  /** Forgets everything `reserve` handed out. */
  release(): void;
}

/** How a target turns a program into an instance. */
export type Instantiate = (program: Program) => Promise<Instance>;
