import type { MathFunction, ProgramFunction, Type, Value } from "./program.ts";
import { elementaryName, operandsOf } from "./program-values.ts";
import type { ModuleConstants } from "./wasm-constants.ts";
import { type ByteWriter, byteWriter } from "./wasm-encoding.ts";
import { binaryOpcodes, comparisonOpcodes, lanePrefix, opcodes, unaryOpcodes } from "./wasm-opcodes.ts";
import { type Sequences, sequences } from "./wasm-sequences.ts";
import { type FindFunction, callFault, isScalar, valueFault } from "./well-formed.ts";

/** What the functions of a module share. */
export interface Module {
  readonly constants: ModuleConstants;
  /** Indices of imported and of own functions. */
  readonly math: ReadonlyMap<MathFunction, number>;
  readonly functions: ReadonlyMap<string, number>;
  readonly find: FindFunction;
}

/** Trees nested deeper than this are walked with a work list in the place of the call stack. */
const deepestRecursion = 100;

/** Nothing yet. */
const nobody: ProgramFunction = { name: "", parameters: [], result: null, locals: [], body: [], exported: false };

/**
 * Writes values as WebAssembly code. What an engine would let pass and yet be wrong is refused here: it knows neither one kind of lanes
 * from another nor what offsets and locals were meant. The types of numbers are the engine's to check.
 *
 * A class, and its room kept from function to function, because most of this runs a few times in a process.
 */
export class ValueWriter {
  readonly module: Module;
  readonly code: ByteWriter = byteWriter(8192);
  owner: ProgramFunction = nobody;
  /** Where locals are in the module: WebAssembly declares them in runs of one type. */
  renumbered = new Int32Array(64);
  /** Two i32 locals after all others and, where they are used, three of 16 bytes. */
  scratch = 0;
  special: Sequences | null = null;
  /** Whether constants are read from globals, see `moduleConstants`. */
  isDense = false;
  /** False once an elementary function is called that is neither the program's nor imported. */
  isWhole = true;

  constructor(module: Module) {
    this.module = module;
  }

  /** Ends the writing of a program that is not well-formed: `validateProgram` says the same with the statement's path. */
  refuse(fault: string | null): void {
    if (fault !== null) throw new Error(`program: function "${this.owner.name}": ${fault}`);
  }

  local(opcode: number, index: number): void {
    this.code.pair(opcode, index);
  }

  lane(opcode: number): void {
    this.code.pair(lanePrefix, opcode);
  }

  /** Opcode and place of a load or store. */
  place(type: Type, f64: number, i32: number, lanes: number, offset: number): void {
    // Alignment is a hint; lanes are aligned to 8 at least, which is what an odd row of f64 gives.
    if (type === "f64") this.code.pair(f64, 3);
    else if (type === "i32") this.code.pair(i32, 2);
    else {
      this.lane(lanes);
      this.code.byte(3);
    }
    this.code.unsigned(offset);
  }

  singlePlace(opcode: number, offset: number): void {
    this.code.pair(opcode, 2);
    this.code.unsigned(offset);
  }

  sequence(): Sequences {
    this.special ??= sequences(this.code, this.scratch + 2, this.module.constants);
    return this.special;
  }

  usesLaneScratch(): boolean {
    return this.special?.usesScratch() ?? false;
  }

  constant(value: Value & { kind: "constant" }): void {
    const { type, value: number } = value;
    if (type === "i32") {
      if ((number | 0) !== number) this.refuse(valueFault(value, this.owner, this.module.find));
      this.code.byte(opcodes.i32Const);
      this.code.signed(number);
    } else if (type === "f64" && !this.isDense) {
      this.code.byte(opcodes.f64Const);
      this.code.float64(number);
    } else if (type === "f64" || type === "f64x2" || type === "f32x4") this.module.constants.number(this.code, type, number, this.isDense);
    else {
      this.refuse(valueFault(value, this.owner, this.module.find));
      this.lane(opcodes.v128Const);
      this.code.bytes(Array.from({ length: 16 }, () => (number === 0 ? 0 : 0xff)));
    }
  }

  /** Where a local is; those of another function with the same number are refused. */
  indexOf(local: Value & { kind: "local" }): number {
    if (this.owner.locals[local.index] !== local) this.refuse(valueFault(local, this.owner, this.module.find));
    return this.renumbered[local.index] ?? 0;
  }

  load(value: Value & { kind: "load" }): void {
    const { type, offset } = value;
    this.refuse(valueFault(value, this.owner, this.module.find));
    if (value.splat) {
      const isSingle = type === "f32x4";
      this.lane(isSingle ? opcodes.v128Load32Splat : opcodes.v128Load64Splat);
      this.code.byte(isSingle ? 2 : 3);
      this.code.unsigned(offset);
    } else if (value.single) {
      this.singlePlace(opcodes.f32Load, offset);
      this.code.byte(opcodes.promote);
    } else this.place(type, opcodes.f64Load, opcodes.i32Load, opcodes.v128Load, offset);
  }

  unary(value: Value & { kind: "unary" }): void {
    const { code } = this;
    const { operation, type, operand } = value;
    if (!isScalar(type) || !isScalar(operand.type)) this.refuse(valueFault(value, this.owner, this.module.find));
    if (operation === "toI32") {
      code.bytes(opcodes.truncateSaturate);
    } else if (operation === "splat") {
      if (type === "f32x4") code.byte(opcodes.demote);
      this.lane(type === "f32x4" ? opcodes.f32x4Splat : opcodes.f64x2Splat);
    } else if (operation === "anyLane") {
      this.lane(opcodes.v128AnyTrue);
    } else if (operation === "sumLanes") {
      this.sequence().sumLanes(operand.type === "f32x4" ? "f32x4" : "f64x2");
    } else if (operation === "exponentOf" || operation === "significandOf" || operation === "powerOfTwo") {
      this.sequence().bits(operation, type === "f64x2");
    } else if (operation === "lowLanes") {
      this.lane(opcodes.f64x2Promote);
    } else if (operation === "highLanes") {
      this.sequence().highLanes();
    } else if (type === "i32" && operation === "negate") {
      code.bytes([opcodes.i32Const, 0x7f, opcodes.i32Multiply]);
    } else if (type === "i32" && operation === "absolute") {
      this.absoluteOfI32();
    } else {
      this.operation(type, unaryOpcodes[type][operation]);
    }
  }

  /** (x ^ (x >> 31)) - (x >> 31) */
  absoluteOfI32(): void {
    const [first, second] = [this.scratch, this.scratch + 1];
    this.local(opcodes.localTee, first);
    this.local(opcodes.localGet, first);
    this.code.bytes([opcodes.i32Const, 31, opcodes.i32ShiftRight]);
    this.local(opcodes.localTee, second);
    this.code.byte(opcodes.i32Xor);
    this.local(opcodes.localGet, second);
    this.code.byte(opcodes.i32Subtract);
  }

  binary(value: Value & { kind: "binary" }): void {
    const { operation, type } = value;
    if (!isScalar(type)) this.refuse(valueFault(value, this.owner, this.module.find));
    if (type === "i32" && (operation === "minimum" || operation === "maximum")) {
      const [first, second] = [this.scratch, this.scratch + 1];
      this.local(opcodes.localSet, second);
      this.local(opcodes.localTee, first);
      this.local(opcodes.localGet, second);
      this.local(opcodes.localGet, first);
      this.local(opcodes.localGet, second);
      this.code.byte(comparisonOpcodes.i32[operation === "minimum" ? "less" : "greater"] ?? opcodes.unreachable);
      this.code.byte(opcodes.select);
    } else if (operation === "joinLanes") {
      this.sequence().joinLanes();
    } else if (operation === "copySign" && (type === "f64x2" || type === "f32x4")) {
      this.sequence().copySign(type);
    } else {
      this.operation(type, binaryOpcodes[type][operation]);
    }
  }

  comparison(value: Value & { kind: "comparison" }): void {
    const { type } = value.left;
    if (!isScalar(type)) this.refuse(valueFault(value, this.owner, this.module.find));
    this.operation(type, type === "mask2" || type === "mask4" ? undefined : comparisonOpcodes[type][value.operation]);
  }

  select(value: Value & { kind: "select" }): void {
    if (!isScalar(value.type) || !isScalar(value.condition.type)) this.refuse(valueFault(value, this.owner, this.module.find));
    if (value.condition.type === "i32") this.code.byte(opcodes.select);
    else this.lane(opcodes.v128BitSelect);
  }

  operation(type: Type, opcode: number | undefined): void {
    if (opcode === undefined) throw new Error(`program: function "${this.owner.name}": there is no such operation on ${type}`);
    if (isScalar(type)) this.code.byte(opcode);
    else this.lane(opcode);
  }

  /** Calls the program's own function where it has one, else `Math`'s, which takes lanes one by one. */
  math(value: Value & { kind: "math" }): void {
    this.refuse(valueFault(value, this.owner, this.module.find));
    const own = this.module.functions.get(elementaryName(value.name, value.type));
    if (own !== undefined) return this.local(opcodes.call, own);
    const host = this.module.math.get(value.name);
    if (host === undefined) {
      this.isWhole = false;
      return;
    }
    const call = (): void => this.local(opcodes.call, host);
    if (value.type === "f64") call();
    else if (value.type === "f64x2" || value.type === "f32x4") this.sequence().eachLane(value.type, value.operands.length, call);
  }

  call(name: string, operands: readonly Value[], type: Type | null): void {
    this.refuse(callFault(name, operands, type, this.module.find));
    this.local(opcodes.call, this.module.functions.get(name) ?? 0);
  }

  /** Operands first. The most frequent kinds are finished here: each call less counts in code that runs for the first time. */
  value(value: Value, depth: number): void {
    if (depth > deepestRecursion) return this.deepValue(value);
    switch (value.kind) {
      case "local":
        return this.code.pair(opcodes.localGet, this.indexOf(value));
      case "constant":
        return this.constant(value);
      case "load":
        this.value(value.address, depth + 1);
        return this.load(value);
      case "binary": {
        this.value(value.left, depth + 1);
        this.value(value.right, depth + 1);
        const { type, operation } = value;
        const opcode = isScalar(type) ? binaryOpcodes[type][operation] : undefined;
        return opcode === undefined ? this.binary(value) : this.code.byte(opcode);
      }
      default:
        for (const operand of operandsOf(value)) this.value(operand, depth + 1);
        this.finish(value);
    }
  }

  /** What a value does once its operands lie on the stack. */
  finish(value: Value): void {
    switch (value.kind) {
      case "local":
        return this.local(opcodes.localGet, this.indexOf(value));
      case "constant":
        return this.constant(value);
      case "load":
        return this.load(value);
      case "select":
        return this.select(value);
      case "comparison":
        return this.comparison(value);
      case "math":
        return this.math(value);
      case "call":
        return this.call(value.name, value.operands, value.type);
      case "unary":
        return this.unary(value);
      case "binary":
        return this.binary(value);
    }
  }

  /** The same with a work list, so that a tree of any depth fits: a node waits in `ready` until its operands are out. */
  deepValue(root: Value): void {
    const work: Value[] = [root];
    const ready: boolean[] = [false];
    for (let value = work.pop(); value; value = work.pop()) {
      const operands = ready.pop() === true ? [] : operandsOf(value);
      if (operands.length === 0) {
        this.finish(value);
        continue;
      }
      work.push(value);
      ready.push(true);
      for (const operand of operands.toReversed()) {
        work.push(operand);
        ready.push(false);
      }
    }
  }
}
