import { byteWriter, longestFunctionBody, mostLocals, writeSection } from "./wasm-encoding.ts";
import type { ByteWriter } from "./wasm-encoding.ts";
import { type ModuleConstants, moduleConstants } from "./wasm-constants.ts";
import { binaryOpcodes, comparisonOpcodes, lanePrefix, opcodes, typeCodes, unaryOpcodes } from "./wasm-opcodes.ts";
import { elementaryName, elementaryUses, hostFunctionsOf, isElementary, operandsOf } from "./program-values.ts";
import { sequences } from "./wasm-sequences.ts";
import type { MathFunction, Program, ProgramFunction, Statement, Type, Value } from "./program.ts";

/** Bytes in one page of WebAssembly memory. */
export const pageBytes = 65_536;

/** A program as a WebAssembly module, with the `Math` functions it imports from the module "math". */
export interface WebAssemblyModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mathImports: readonly MathFunction[];
}

/**
 * The program as a WebAssembly binary that exports its functions and its memory ("memory").
 *
 * NaNs keep no particular sign or payload; every other f64 is bit-exact.
 *
 * @param uses the elementary functions it calls, where they are known already (`validateProgram`).
 * @throws Error when a function has more locals, or a longer body, than engines accept; it names the function.
 * @source WebAssembly Core Specification 2.0, section 5 (binary format).
 */
export function webAssemblyModule(program: Program, uses = elementaryUses(program)): WebAssemblyModule {
  const types = new Map<string, number>();
  const typeIndex = (parameters: readonly Type[], result: Type | null): number => {
    const key = `${parameters.map((type) => typeCodes[type]).join(",")}>${result === null ? "" : typeCodes[result]}`;
    const known = types.get(key) ?? types.size;
    types.set(key, known);
    return known;
  };
  const math = hostFunctionsOf(program, uses);
  const mathTypes = math.map((name) => typeIndex(name === "pow" ? ["f64", "f64"] : ["f64"], "f64"));
  const functionTypes = program.functions.map(({ parameters, result }) => typeIndex(parameters.map(({ type }) => type), result));
  const constants = moduleConstants();
  const callees: Callees = {
    constants,
    math: new Map(math.map((name, index) => [name, index])),
    functions: new Map(program.functions.map(({ name, result }, index) => [name, { index: math.length + index, result }])),
  };

  const bodies = program.functions.map((each) => functionBody(each, callees));

  const module = byteWriter(4096);
  module.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  writeSection(module, 1, (section) => {
    section.unsigned(types.size);
    for (const key of types.keys()) {
      const [parameters = [], results = []] = key.split(">").map((list) => list.split(",").filter(Boolean).map(Number));
      section.byte(0x60);
      section.unsigned(parameters.length);
      section.bytes(parameters);
      section.unsigned(results.length);
      section.bytes(results);
    }
  });
  writeSection(module, 2, (section) => {
    section.unsigned(math.length);
    math.forEach((name, index) => {
      section.text("math");
      section.text(name);
      section.byte(0x00);
      section.unsigned(mathTypes[index] ?? 0);
    });
  });
  writeSection(module, 3, (section) => {
    section.unsigned(functionTypes.length);
    for (const index of functionTypes) section.unsigned(index);
  });
  writeSection(module, 5, (section) => {
    section.unsigned(1);
    section.byte(0x00);
    section.unsigned(Math.max(1, Math.ceil(program.memoryBytes / pageBytes)));
  });
  constants.write(module);
  writeSection(module, 7, (section) => {
    const exported = program.functions.filter((each) => each.exported);
    section.unsigned(exported.length + 1);
    section.text("memory");
    section.bytes([0x02, 0x00]);
    for (const { name } of exported) {
      // The prefix keeps a function called "memory" apart from the memory.
      section.text(`function ${name}`);
      section.byte(0x00);
      section.unsigned(callees.functions.get(name)?.index ?? 0);
    }
  });
  writeSection(module, 10, (section) => {
    section.unsigned(bodies.length);
    for (const body of bodies) {
      section.unsigned(body.length);
      section.bytes(body);
    }
  });
  writeNames(module, math, program);
  return { bytes: module.finish(), mathImports: math };
}

/** The custom "name" section: stack traces and profiles then show the functions' names. */
function writeNames(module: ByteWriter, math: readonly MathFunction[], program: Program): void {
  writeSection(module, 0, (section) => {
    section.text("name");
    writeSection(section, 1, (names) => {
      const all = [...math.map((name) => `Math.${name}`), ...program.functions.map(({ name }) => name)];
      names.unsigned(all.length);
      all.forEach((name, index) => {
        names.unsigned(index);
        names.text(name);
      });
    });
  });
}

interface Callees {
  readonly constants: ModuleConstants;
  readonly math: ReadonlyMap<MathFunction, number>;
  readonly functions: ReadonlyMap<string, { readonly index: number; readonly result: Type | null }>;
}

const declaredTypes: readonly Type[] = ["f64", "i32", "f64x2", "f32x4", "mask2", "mask4"];

function functionBody(owner: ProgramFunction, callees: Callees): Uint8Array {
  // WebAssembly declares locals in runs of one type, so ours are renumbered by type; two i32 and, where needed, three lane scratches follow.
  const renumbered = new Int32Array(owner.locals.length);
  let next = 0;
  for (; next < owner.parameters.length; next++) renumbered[next] = next;
  const rest = owner.locals.slice(owner.parameters.length);
  const runs: [count: number, code: number][] = [];
  for (const type of declaredTypes) {
    const ofType = rest.filter((local) => local.type === type);
    for (const local of ofType) renumbered[local.index] = next++;
    if (ofType.length > 0) runs.push([ofType.length, typeCodes[type]]);
  }
  const scratch = { first: next, second: next + 1, lanes: next + 2 };
  runs.push([2, typeCodes.i32]);
  const code = byteWriter(1024);
  const emit = emitter(code, renumbered, scratch, callees, isElementary(owner.name));
  emit.statements(owner.body, []);
  if (emit.usesLaneScratch()) runs.push([3, typeCodes.f64x2]);
  // A path that falls off the end of a function with a result traps.
  if (owner.result !== null) code.byte(opcodes.unreachable);
  code.byte(opcodes.end);

  const declared = next + (emit.usesLaneScratch() ? 5 : 3);
  if (declared > mostLocals) {
    throw new Error(`function "${owner.name}" has ${declared} locals, WebAssembly engines accept ${mostLocals}: split it into functions that pass values in memory`);
  }
  const body = byteWriter(code.length + 32);
  body.unsigned(runs.length);
  for (const [count, type] of runs) {
    body.unsigned(count);
    body.byte(type);
  }
  body.bytes(code.finish());
  if (body.length > longestFunctionBody) {
    throw new Error(`function "${owner.name}" has ${body.length} bytes, WebAssembly engines accept ${longestFunctionBody}: split it into functions that pass values in memory`);
  }
  return body.finish();
}

interface Scratch {
  readonly first: number;
  readonly second: number;
  readonly lanes: number;
}

interface Emitter {
  statements(statements: readonly Statement[], frames: readonly (number | null)[]): void;
  usesLaneScratch(): boolean;
}

function emitter(code: ByteWriter, renumbered: Int32Array, scratch: Scratch, callees: Callees, isDense: boolean): Emitter {
  const special = sequences(code, scratch.lanes, callees.constants);
  const local = (opcode: number, index: number): void => {
    code.byte(opcode);
    code.unsigned(index);
  };
  const lane = (opcode: number): void => {
    code.byte(lanePrefix);
    code.unsigned(opcode);
  };
  const memory = (type: Type, f64: number, i32: number, lanes: number, offset: number): void => {
    if (type === "f64x2" || type === "f32x4") lane(lanes);
    else code.byte(type === "f64" ? f64 : i32);
    // Alignment is a hint; lanes are aligned to 8 at least, which is what an odd row of f64 gives.
    code.unsigned(type === "i32" ? 2 : 3);
    code.unsigned(offset);
  };
  const single = (opcode: number, offset: number): void => {
    code.byte(opcode);
    code.unsigned(2);
    code.unsigned(offset);
  };
  const splatLoad = (isSingle: boolean, offset: number): void => {
    lane(isSingle ? opcodes.v128Load32Splat : opcodes.v128Load64Splat);
    code.unsigned(isSingle ? 2 : 3);
    code.unsigned(offset);
  };
  const constant = (type: Type, value: number): void => {
    if (type === "f64" || type === "f64x2" || type === "f32x4") {
      callees.constants.number(code, type, value, isDense);
    } else if (type === "i32") {
      code.byte(opcodes.i32Const);
      code.signed(value);
    } else {
      lane(opcodes.v128Const);
      code.bytes(Array.from({ length: 16 }, () => (value === 0 ? 0 : 0xff)));
    }
  };
  /** What a value does once its operands lie on the stack. */
  const finish = (value: Value): void => {
    switch (value.kind) {
      case "local":
        return local(opcodes.localGet, renumbered[value.index] ?? 0);
      case "constant":
        return constant(value.type, value.value);
      case "load":
        if (value.splat) return splatLoad(value.type === "f32x4", value.offset);
        if (value.single) {
          single(opcodes.f32Load, value.offset);
          return code.byte(opcodes.promote);
        }
        return memory(value.type, opcodes.f64Load, opcodes.i32Load, opcodes.v128Load, value.offset);
      case "select":
        return value.condition.type === "i32" ? code.byte(opcodes.select) : lane(opcodes.v128BitSelect);
      case "comparison": {
        const { type } = value.left;
        return write(type, type === "mask2" || type === "mask4" ? undefined : comparisonOpcodes[type][value.operation]);
      }
      case "math":
        return math(value);
      case "call":
        return local(opcodes.call, callees.functions.get(value.name)?.index ?? 0);
      case "unary":
        return unary(value);
      case "binary":
        return binary(value);
    }
  };
  const unary = (value: Value & { kind: "unary" }): void => {
    const { operation, type, operand } = value;
    if (operation === "toI32") {
      code.bytes(opcodes.truncateSaturate);
    } else if (operation === "splat") {
      if (type === "f32x4") code.byte(opcodes.demote);
      lane(type === "f32x4" ? opcodes.f32x4Splat : opcodes.f64x2Splat);
    } else if (operation === "anyLane") {
      lane(opcodes.v128AnyTrue);
    } else if (operation === "sumLanes") {
      special.sumLanes(operand.type === "f32x4" ? "f32x4" : "f64x2");
    } else if (operation === "exponentOf" || operation === "significandOf" || operation === "powerOfTwo") {
      special.bits(operation, type === "f64x2");
    } else if (operation === "lowLanes") {
      lane(opcodes.f64x2Promote);
    } else if (operation === "highLanes") {
      special.highLanes();
    } else if (type === "i32" && operation === "negate") {
      constant("i32", -1);
      code.byte(opcodes.i32Multiply);
    } else if (type === "i32" && operation === "absolute") {
      // (x ^ (x >> 31)) - (x >> 31)
      local(opcodes.localTee, scratch.first);
      local(opcodes.localGet, scratch.first);
      constant("i32", 31);
      code.byte(opcodes.i32ShiftRight);
      local(opcodes.localTee, scratch.second);
      code.byte(opcodes.i32Xor);
      local(opcodes.localGet, scratch.second);
      code.byte(opcodes.i32Subtract);
    } else {
      write(type, unaryOpcodes[type][operation]);
    }
  };
  const binary = (value: Value & { kind: "binary" }): void => {
    const { operation, type } = value;
    if (type === "i32" && (operation === "minimum" || operation === "maximum")) {
      local(opcodes.localSet, scratch.second);
      local(opcodes.localTee, scratch.first);
      local(opcodes.localGet, scratch.second);
      local(opcodes.localGet, scratch.first);
      local(opcodes.localGet, scratch.second);
      code.byte(comparisonOpcodes.i32[operation === "minimum" ? "less" : "greater"] ?? opcodes.unreachable);
      code.byte(opcodes.select);
    } else if (operation === "joinLanes") {
      special.joinLanes();
    } else if (operation === "copySign" && (type === "f64x2" || type === "f32x4")) {
      special.copySign(type);
    } else {
      write(type, binaryOpcodes[type][operation]);
    }
  };
  const write = (type: Type, opcode: number | undefined): void => {
    if (opcode === undefined) throw new Error(`an operation on ${type} passed validation but has no opcode`);
    if (type === "f64" || type === "i32") code.byte(opcode);
    else lane(opcode);
  };
  /** Calls the program's own function where it has one, else `Math`'s, which takes lanes one by one. */
  const math = (value: Value & { kind: "math" }): void => {
    const own = callees.functions.get(elementaryName(value.name, value.type));
    if (own) return local(opcodes.call, own.index);
    const call = (): void => local(opcodes.call, callees.math.get(value.name) ?? 0);
    if (value.type === "f64") call();
    else special.eachLane(value.type, value.operands.length, call);
  };

  // Postfix order with a work list, so that a tree of any depth fits: a node waits in `ready` until its operands are out.
  const work: Value[] = [];
  const ready: boolean[] = [];
  const emitValue = (root: Value): void => {
    work.push(root);
    ready.push(false);
    for (let value = work.pop(); value; value = work.pop()) {
      const operands = ready.pop() === true ? [] : operandsOf(value);
      if (operands.length === 0) {
        finish(value);
        continue;
      }
      work.push(value);
      ready.push(true);
      for (let i = operands.length - 1; i >= 0; i--) {
        const operand = operands[i];
        if (!operand) continue;
        work.push(operand);
        ready.push(false);
      }
    }
  };

  /** `frames`: the loop label of each open structure whose branch target is a loop's exit (label) or start (-1 - label), else null. */
  const statements = (list: readonly Statement[], frames: readonly (number | null)[]): void => {
    for (const statement of list) {
      switch (statement.kind) {
        case "set":
          emitValue(statement.value);
          local(opcodes.localSet, renumbered[statement.target.index] ?? 0);
          break;
        case "store":
          emitValue(statement.address);
          emitValue(statement.value);
          if (statement.single) {
            code.byte(opcodes.demote);
            single(opcodes.f32Store, statement.offset);
          } else memory(statement.value.type, opcodes.f64Store, opcodes.i32Store, opcodes.v128Store, statement.offset);
          break;
        case "if":
          emitValue(statement.condition);
          code.bytes([opcodes.if, opcodes.empty]);
          statements(statement.then, [...frames, null]);
          if (statement.otherwise.length > 0) {
            code.byte(opcodes.else);
            statements(statement.otherwise, [...frames, null]);
          }
          code.byte(opcodes.end);
          break;
        case "loop":
          code.bytes([opcodes.block, opcodes.empty, opcodes.loop, opcodes.empty]);
          statements(statement.body, [...frames, statement.label, -1 - statement.label]);
          local(opcodes.branch, 0);
          code.bytes([opcodes.end, opcodes.end]);
          break;
        case "break":
          local(opcodes.branch, frames.length - 1 - frames.indexOf(statement.label));
          break;
        case "continue":
          local(opcodes.branch, frames.length - 1 - frames.indexOf(-1 - statement.label));
          break;
        case "call": {
          for (const operand of statement.operands) emitValue(operand);
          const callee = callees.functions.get(statement.name);
          local(opcodes.call, callee?.index ?? 0);
          if (callee && callee.result !== null) code.byte(opcodes.drop);
          break;
        }
        case "return":
          if (statement.value) emitValue(statement.value);
          code.byte(opcodes.return);
      }
    }
  };
  return { statements, usesLaneScratch: special.usesScratch };
}
