import type { RandomState } from "../numerics/random.ts";
import { formatWords } from "../numerics/seed.ts";
import { threefryParity, threefryRotations } from "../numerics/threefry.ts";
import { f64, i32 } from "./builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "./builder.ts";
import type { Instance } from "./instance.ts";
import type { MemoryLayout } from "./layout.ts";
import type { Local } from "./program.ts";

/** Bytes of one random stream in memory: key (2 words), counter (2), buffered word, whether it waits (1 or 0), 2 unused. */
export const randomStateBytes = 32;

const offsets = { key0: 0, key1: 4, counter0: 8, counter1: 12, buffered: 16, hasBuffered: 20 } as const;

/**
 * Adds `uniform(state: i32) -> f64` and `exponential(state: i32) -> f64` to a program: the same bits as `RandomStream`'s
 * methods of those names, drawn from the stream whose state lies at `state` (see `writeStream`).
 *
 * @returns the address of one stream's static memory; more streams need `randomStateBytes` each, 8-aligned.
 * @source Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405.
 */
export function writeRandom(program: ProgramBuilder, layout: MemoryLayout): { readonly state: number } {
  const signature = { parameters: { state: "i32" } } as const;
  program.function("threefry block", { ...signature, result: "i32", exported: false }, (b, parameters) => writeBlock(b, only(parameters)));
  program.function("uniform", { ...signature, result: "f64" }, (b, parameters) => {
    const state = only(parameters);
    const first = b.local("i32", "first");
    const second = b.local("i32", "second");
    b.if(
      i32.load(state, offsets.hasBuffered),
      () => {
        // A word waits: it comes first, and the new block's second word waits in turn.
        b.set(first, i32.load(state, offsets.buffered));
        b.set(second, i32.call("threefry block", state));
      },
      () => {
        b.set(first, i32.call("threefry block", state));
        b.set(second, i32.load(state, offsets.buffered));
      },
    );
    const whole = f64.add(f64.mul(f64.fromI32(i32.shru(first, 5)), 67_108_864), f64.fromI32(i32.shru(second, 6)));
    b.return(f64.mul(f64.max(whole, 0.5), 2 ** -53));
  });
  program.function("exponential", { ...signature, result: "f64" }, (b, parameters) => {
    b.return(f64.neg(f64.math("log", f64.call("uniform", only(parameters)))));
  });
  return { state: layout.f64(randomStateBytes / 8) };
}

function only(parameters: Readonly<Record<string, Local>>): Local {
  const { state } = parameters;
  if (!state) throw new Error("a random function takes its state's address");
  return state;
}

/** The next block: its first word is the result, its second goes to the buffer (whose flag is the caller's). */
function writeBlock(b: FunctionBuilder, state: Local): void {
  const key0 = b.local("i32", "key0", i32.load(state, offsets.key0));
  const key1 = b.local("i32", "key1", i32.load(state, offsets.key1));
  const counter0 = b.local("i32", "counter0", i32.load(state, offsets.counter0));
  const counter1 = b.local("i32", "counter1", i32.load(state, offsets.counter1));
  const next0 = b.local("i32", "next0", i32.add(counter0, 1));
  b.store(state, next0, offsets.counter0);
  b.store(state, i32.add(counter1, i32.isZero(next0)), offsets.counter1);
  const schedule = [key0, key1, b.local("i32", "key2", i32.xor(i32.xor(key0, key1), threefryParity))];
  const x = b.local("i32", "x", i32.add(counter0, key0));
  const y = b.local("i32", "y", i32.add(counter1, key1));
  for (let round = 0; round < 20; round++) {
    b.set(x, i32.add(x, y));
    b.set(y, i32.xor(i32.rotl(y, threefryRotations[round % 8] ?? 0), x));
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    b.set(x, i32.add(x, schedule[injection % 3] ?? key0));
    b.set(y, i32.add(i32.add(y, schedule[(injection + 1) % 3] ?? key0), injection));
  }
  b.store(state, y, offsets.buffered);
  b.return(x);
}

/** Puts a stream's position (`RandomStream.state()`) into an instance's memory at `address`, for `writeRandom`'s functions. */
export function writeStream(instance: Instance, address: number, state: RandomState): void {
  const key = BigInt(state.key);
  const counter = BigInt(state.counter);
  const words = [key, key >> 32n, counter, counter >> 32n].map((word) => Number(BigInt.asIntN(32, word)));
  instance.i32.set([...words, state.buffered ?? 0, state.buffered === null ? 0 : 1], address / 4);
}

/** The position that a program's draws have reached, as `RandomStream.restore` takes it. */
export function readStream(instance: Instance, address: number): RandomState {
  const word = (offset: number): number => (instance.i32[(address + offset) / 4] ?? 0) >>> 0;
  return {
    generator: "threefry2x32-20",
    key: formatWords(word(offsets.key0), word(offsets.key1)),
    counter: formatWords(word(offsets.counter0), word(offsets.counter1)),
    buffered: word(offsets.hasBuffered) === 0 ? null : word(offsets.buffered),
  };
}
