import { withElementary } from "./elementary/programs.ts";
import type { Instance, Target } from "./instance.ts";
import { elementaryUses } from "./program-values.ts";
import type { Program } from "./program.ts";
import { type WebAssemblyModule, pageBytes, webAssemblyModule, wholeModule } from "./webassembly.ts";

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
  return target === "wasm" ? webAssemblyInstance(program) : javaScriptInstance(program);
}

/** What we use of the host's WebAssembly; TypeScript declares it only together with the whole DOM. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: Imports) => WebAssemblyInstance;
  instantiate(bytes: Uint8Array<ArrayBuffer>, imports: Imports): Promise<{ readonly instance: WebAssemblyInstance }>;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface WebAssemblyInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Modules up to this many bytes are compiled where they are made: one of 20 kB then stands after 1 or 2 ms, and engines compile functions
 * when they are first called. Handed to another thread it would come back after 10.
 */
const compiledAtOnce = 1_000_000;

interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Most programs call no elementary function, so that looking for them first would be one walk more; the others are encoded again from where the first is met. */
function moduleOf(program: Program): WebAssemblyModule {
  const module = wholeModule(program);
  if (module) return module;
  const uses = elementaryUses(program);
  return webAssemblyModule(withElementary(program, uses), uses);
}

async function started(program: Program): Promise<WebAssemblyInstance> {
  const { WebAssembly: host } = globalThis as unknown as { readonly WebAssembly: WebAssemblyHost };
  const { bytes, mathImports } = moduleOf(program);
  const imports = { math: Object.fromEntries(mathImports.map((name) => [name, Math[name]])) };
  // Pages may not hold up what is on screen, and browsers refuse them all but tiny modules at once.
  if (bytes.length > compiledAtOnce || "document" in globalThis) return (await host.instantiate(bytes, imports)).instance;
  return new host.Instance(new host.Module(bytes), imports);
}

async function webAssemblyInstance(program: Program): Promise<Instance> {
  let exports: WebAssemblyInstance["exports"];
  try {
    ({ exports } = await started(program));
  } catch (error) {
    // Engines check the types of all numbers and the encoder what they would let pass, so that a check beforehand would do it twice over; it
    // is what can say where in the program the fault is, though.
    const { validateProgram } = await import("./validate.ts");
    validateProgram(program);
    throw error;
  }
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

async function javaScriptInstance(given: Program): Promise<Instance> {
  const [{ javaScriptText }, { scalarise }, { validateProgram }] = await Promise.all([import("./javascript.ts"), import("./scalarise.ts"), import("./validate.ts")]);
  // Script engines check nothing.
  validateProgram(given);
  const program = withElementary(scalarise(given, "the JavaScript target"));
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
