import type { ByteWriter } from "./wasm-encoding.ts";
import { writeSection } from "./wasm-encoding.ts";
import { lanePrefix, opcodes, typeCodes } from "./wasm-opcodes.ts";

/**
 * The constants of a module but for i32, as globals: an engine builds such a number in code by moving it between registers
 * of two kinds, which keeps one port busy, and reads a global with one load. In V8 11 the elementary functions, which are
 * full of constants, ran up to 1.4 times (numbers) and 1.6 times (pairs) as fast. Loops with few numbers are slower for the loads, sampled
 * paths by a tenth, so that numbers of other functions stay in their code (`isDense` says which function is asked for).
 */
export interface ModuleConstants {
  /** Reads the number onto the stack, or a vector with the number in every lane. */
  number(code: ByteWriter, type: "f64" | "f64x2" | "f32x4", value: number, isDense: boolean): void;
  /** The same 64 bits in both halves of a vector. */
  words(code: ByteWriter, bits: bigint): void;
  /** Writes the module's section of globals, where there are any. */
  write(module: ByteWriter): void;
}

/** Beyond this many, which only generated code reaches, constants stay in the code: engines accept a million globals. */
const most = 10_000;

function read(code: ByteWriter, index: number): void {
  code.byte(opcodes.globalGet);
  code.unsigned(index);
}

/** A vector constant made of one part several times. */
function vector(to: ByteWriter, write: (to: ByteWriter) => void, times: number): void {
  to.byte(lanePrefix);
  to.unsigned(opcodes.v128Const);
  for (let i = 0; i < times; i++) write(to);
}

/** @source WebAssembly Core Specification 2.0, section 5.5.9. */
export function moduleConstants(): ModuleConstants {
  const known = { f64: new Map<number, number>(), f64x2: new Map<number, number>(), f32x4: new Map<number, number>(), words: new Map<bigint, number>() };
  const writers: ((section: ByteWriter) => void)[] = [];
  const keep = <Key>(code: ByteWriter, map: Map<Key, number>, key: Key, type: number, write: (to: ByteWriter) => void): void => {
    const at = map.get(key);
    if (at !== undefined) return read(code, at);
    if (writers.length >= most) return write(code);
    map.set(key, writers.length);
    read(code, writers.length);
    writers.push((section) => {
      section.byte(type);
      // Not to be changed.
      section.byte(0x00);
      write(section);
      section.byte(opcodes.end);
    });
  };
  return {
    number(code, type, value, isDense) {
      const write = (to: ByteWriter): void => {
        if (type === "f64x2") vector(to, (each) => each.float64(value), 2);
        else if (type === "f32x4") vector(to, (each) => each.float32(value), 4);
        else {
          to.byte(opcodes.f64Const);
          to.float64(value);
        }
      };
      // Zeros are one instruction; a map does not tell them apart.
      if (value === 0 || (type === "f64" && !isDense)) write(code);
      else keep(code, known[type], value, typeCodes[type], write);
    },
    words(code, bits) {
      const half = (to: ByteWriter): void => {
        for (let shift = 0n; shift < 64n; shift += 8n) to.byte(Number((bits >> shift) & 0xffn));
      };
      keep(code, known.words, bits, typeCodes.f64x2, (to) => vector(to, half, 2));
    },
    write(module) {
      if (writers.length === 0) return;
      writeSection(module, 6, (section) => {
        section.unsigned(writers.length);
        for (const write of writers) write(section);
      });
    },
  };
}
