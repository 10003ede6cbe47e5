import { withElementary } from "./elementary/programs.ts";
import type { Instance, Target } from "./instance.ts";
import { javaScriptText } from "./javascript.ts";
import type { ElementaryUse } from "./program-values.ts";
import type { Program } from "./program.ts";
import { scalarise } from "./scalarise.ts";
import { validateProgram } from "./validate.ts";
import { pageBytes, webAssemblyModule } from "./webassembly.ts";

type Functions = Record<string, (...operands: readonly number[]) => number>;

/** The memory behind an instance, whichever target made it. */
interface Memory {
  readonly bytes: number;
  /** Grows to at least `bytes`; the buffer may be another one afterwards. @throws RangeError when there is no more. */
  grow(bytes: number): void;
  buffer(): ArrayBuffer;
}

/**
 * Checks a program and makes it ready to run.
 *
 * @throws Error when the program is not well-typed, or the target cannot hold it (see the two back ends).
 */
export async function instantiate(program: Program, target: Target = "wasm"): Promise<Instance> {
  const uses = validateProgram(program);
  return target === "wasm" ? webAssemblyInstance(withElementary(program, uses), uses) : javaScriptInstance(withElementary(scalarise(program, "the JavaScript target")));
}

/** What we use of the host's WebAssembly; TypeScript declares it only together with the whole DOM. */
interface WebAssemblyHost {
  instantiate(
    bytes: Uint8Array<ArrayBuffer>,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
}

interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

async function webAssemblyInstance(program: Program, uses: readonly ElementaryUse[]): Promise<Instance> {
  const { WebAssembly: host } = globalThis as unknown as { readonly WebAssembly: WebAssemblyHost };
  const { bytes, mathImports } = webAssemblyModule(program, uses);
  const math = Object.fromEntries(mathImports.map((name) => [name, Math[name]]));
  const { exports } = (await host.instantiate(bytes, { math })).instance;
  const wasmMemory = exports["memory"] as WebAssemblyMemory;
  const functions: Functions = {};
  for (const { name, exported } of program.functions) {
    if (exported) functions[name] = exports[`function ${name}`] as Functions[string];
  }
  return instanceOf("wasm", program, functions, {
    get bytes() {
      return wasmMemory.buffer.byteLength;
    },
    grow: (wanted) => void wasmMemory.grow(Math.ceil((wanted - wasmMemory.buffer.byteLength) / pageBytes)),
    buffer: () => wasmMemory.buffer,
  });
}

function javaScriptInstance(program: Program): Instance {
  let buffer = new ArrayBuffer(Math.max(1, Math.ceil(program.memoryBytes / pageBytes)) * pageBytes);
  const views = { f64: new Float64Array(buffer), i32: new Int32Array(buffer) };
  // oxlint-disable-next-line no-implied-eval -- the text is our own emitter's, never a user's.
  const make = new Function("memory", javaScriptText(program)) as (memory: typeof views) => Functions;
  return instanceOf("javascript", program, make(views), {
    get bytes() {
      return buffer.byteLength;
    },
    grow(wanted) {
      // Half as much again, because unlike WebAssembly's memory this one is copied when it grows.
      const bytes = Math.max(wanted, Math.min(1.5 * buffer.byteLength, 2 ** 32));
      const larger = new ArrayBuffer(Math.ceil(bytes / pageBytes) * pageBytes);
      new Uint8Array(larger).set(new Uint8Array(buffer));
      buffer = larger;
      views.f64 = new Float64Array(buffer);
      views.i32 = new Int32Array(buffer);
    },
    buffer: () => buffer,
  });
}

const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function instanceOf(target: Target, program: Program, functions: Functions, memory: Memory): Instance {
  const first = align(program.memoryBytes);
  let next = first;
  let highest = first;
  let f64 = new Float64Array(memory.buffer());
  let i32 = new Int32Array(memory.buffer());
  return {
    target,
    functions,
    get f64() {
      return f64;
    },
    get i32() {
      return i32;
    },
    reserve(bytes) {
      if (!Number.isInteger(bytes) || bytes < 0) throw new RangeError(`cannot reserve ${bytes} bytes: give a whole number, 0 or more`);
      const offset = next;
      const end = align(offset + bytes);
      if (end > memory.bytes) {
        try {
          if (end > 2 ** 31) throw new RangeError("addresses are i32");
          memory.grow(end);
        } catch (cause) {
          throw new RangeError(`cannot reserve ${bytes} bytes beyond the ${offset} in use: ask for less, or release first`, { cause });
        }
        f64 = new Float64Array(memory.buffer());
        i32 = new Int32Array(memory.buffer());
      }
      // Bytes handed out before carry old numbers; results must not depend on what ran earlier.
      if (offset < highest) f64.fill(0, offset / 8, Math.min(end, highest) / 8);
      next = end;
      highest = Math.max(highest, end);
      return offset;
    },
    release() {
      next = first;
    },
  };
}
