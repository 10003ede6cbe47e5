import type { LaneType } from "./program.ts";
import type { ModuleConstants } from "./wasm-constants.ts";
import type { ByteWriter } from "./wasm-encoding.ts";
import { lanePrefix, opcodes } from "./wasm-opcodes.ts";

/** Operations that WebAssembly has no single instruction for; each finds its operands on the stack. */
export interface Sequences {
  /** `exponentOf`, `significandOf` and `powerOfTwo`, of one number or a pair. */
  bits(operation: "exponentOf" | "significandOf" | "powerOfTwo", isPair: boolean): void;
  /** Sizes of the first lanes, signs of the second. */
  copySign(type: LaneType): void;
  /** The last two lanes of f32x4 as a pair. */
  highLanes(): void;
  /** Two pairs as f32x4. */
  joinLanes(): void;
  sumLanes(type: LaneType): void;
  /** Calls a function of one or two numbers once a lane, from the first on. */
  eachLane(type: LaneType, operands: number, call: () => void): void;
  /** Whether three locals of 16 bytes are needed, from the given one on. */
  usesScratch(): boolean;
}

const exponentBits = 52n;
/** The bits of 2^52: in the numbers from there to 2^53 the last bit counts one, so that a whole number stands in the fraction as it is. */
const wholeBits = 0x4330000000000000n;
const bias = 1023;

const count = (type: LaneType): number => (type === "f32x4" ? 4 : 2);

/** @source WebAssembly Core Specification 2.0, section 5.4. */
export function sequences(code: ByteWriter, scratch: number, constants: ModuleConstants): Sequences {
  let used = false;
  const lane = (opcode: number): void => {
    code.byte(lanePrefix);
    code.unsigned(opcode);
  };
  const scratchLocal = (opcode: number, which: number): void => {
    used = true;
    code.byte(opcode);
    code.unsigned(scratch + which);
  };
  /** Eight bytes as a constant: an i64, or twice side by side. */
  const word = (value: bigint, isPair: boolean): void => {
    if (isPair) return constants.words(code, value);
    code.byte(opcodes.i64Const);
    code.signed64(value);
  };
  const number = (value: number, isPair: boolean): void => constants.number(code, isPair ? "f64x2" : "f64", value, true);
  const either = (isPair: boolean, single: number, pair: number): void => {
    if (isPair) lane(pair);
    else code.byte(single);
  };
  const asWord = (isPair: boolean): void => void (isPair || code.byte(opcodes.i64Reinterpret));
  const asNumber = (isPair: boolean): void => void (isPair || code.byte(opcodes.f64Reinterpret));
  const shift = (isPair: boolean, single: number, pair: number): void => {
    if (isPair) {
      code.bytes([opcodes.i32Const, Number(exponentBits)]);
      lane(pair);
    } else {
      word(exponentBits, false);
      code.byte(single);
    }
  };
  const masked = (isPair: boolean, mask: bigint, more: bigint): void => {
    word(mask, isPair);
    either(isPair, opcodes.i64And, opcodes.v128And);
    word(more, isPair);
    either(isPair, opcodes.i64Or, opcodes.v128Or);
    asNumber(isPair);
  };
  const extract = (type: LaneType, index: number): void => {
    lane(type === "f32x4" ? opcodes.f32x4Extract : opcodes.f64x2Extract);
    code.byte(index);
    if (type === "f32x4") code.byte(opcodes.promote);
  };

  return {
    bits(operation, isPair) {
      if (operation === "powerOfTwo") {
        number(2 ** 52 + bias, isPair);
        either(isPair, opcodes.f64Add, opcodes.f64x2Add);
        asWord(isPair);
        shift(isPair, opcodes.i64ShiftLeft, opcodes.i64x2ShiftLeft);
        return asNumber(isPair);
      }
      asWord(isPair);
      if (operation === "significandOf") return masked(isPair, 0x000fffffffffffffn, 0x3ff0000000000000n);
      shift(isPair, opcodes.i64ShiftRightUnsigned, opcodes.i64x2ShiftRightUnsigned);
      masked(isPair, 0x7ffn, wholeBits);
      number(2 ** 52 + bias, isPair);
      either(isPair, opcodes.f64Subtract, opcodes.f64x2Subtract);
    },
    copySign(type) {
      constants.words(code, type === "f64x2" ? 0x7fff_ffff_ffff_ffffn : 0x7fff_ffff_7fff_ffffn);
      lane(opcodes.v128BitSelect);
    },
    highLanes() {
      // Which second operand there is does not matter: no byte of it is taken.
      number(0, true);
      lane(opcodes.i8x16Shuffle);
      code.bytes(Array.from({ length: 16 }, (_, index) => 8 + (index % 8)));
      lane(opcodes.f64x2Promote);
    },
    joinLanes() {
      scratchLocal(opcodes.localSet, 0);
      lane(opcodes.f32x4Demote);
      scratchLocal(opcodes.localGet, 0);
      lane(opcodes.f32x4Demote);
      lane(opcodes.i8x16Shuffle);
      code.bytes(Array.from({ length: 16 }, (_, index) => (index < 8 ? index : 8 + index)));
    },
    sumLanes(type) {
      scratchLocal(opcodes.localSet, 0);
      for (let i = 0; i < count(type); i++) {
        scratchLocal(opcodes.localGet, 0);
        extract(type, i);
        if (i > 0) code.byte(opcodes.f64Add);
      }
    },
    eachLane(type, operands, call) {
      const sources = [0, 1].slice(0, operands);
      for (const source of sources.toReversed()) scratchLocal(opcodes.localSet, source);
      for (let i = 0; i < count(type); i++) {
        if (i > 0) scratchLocal(opcodes.localGet, 2);
        for (const source of sources) {
          scratchLocal(opcodes.localGet, source);
          extract(type, i);
        }
        call();
        if (type === "f32x4") code.byte(opcodes.demote);
        if (i === 0) lane(type === "f32x4" ? opcodes.f32x4Splat : opcodes.f64x2Splat);
        else {
          lane(type === "f32x4" ? opcodes.f32x4Replace : opcodes.f64x2Replace);
          code.byte(i);
        }
        scratchLocal(opcodes.localSet, 2);
      }
      scratchLocal(opcodes.localGet, 2);
    },
    usesScratch: () => used,
  };
}
