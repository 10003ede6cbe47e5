import { bodyWriter } from "./wasm-body.ts";
import { moduleConstants } from "./wasm-constants.ts";
import { type ByteWriter, byteWriter, writeSection } from "./wasm-encoding.ts";
import { typeCodes } from "./wasm-opcodes.ts";
import { type ElementaryUse, elementaryUses, hostFunctionsOf } from "./program-values.ts";
import type { MathFunction, Program, Type } from "./program.ts";
import { programFault } from "./well-formed.ts";

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
 * @param uses the elementary functions it calls, where they are known already.
 * @throws Error when the program is not well-formed in a way that engines would not notice, and when a function has more locals, or a longer
 * body, than they accept; it names the function.
 * @source WebAssembly Core Specification 2.0, section 5 (binary format).
 */
export function webAssemblyModule(program: Program, uses = elementaryUses(program)): WebAssemblyModule {
  const module = encode(program, uses);
  if (!module) throw new Error("program: it calls elementary functions that are not among those it is said to use");
  return module;
}

/** The same for a program that has every elementary function it calls, which only the encoding finds out; null when it lacks one. */
export const wholeModule = (program: Program): WebAssemblyModule | null => encode(program, []);

function encode(program: Program, uses: readonly ElementaryUse[]): WebAssemblyModule | null {
  const fault = programFault(program);
  if (fault !== null) throw new Error(`program: ${fault}`);
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
  const functions = new Map(program.functions.map(({ name }, index) => [name, math.length + index]));
  const constants = moduleConstants();
  const body = bodyWriter({
    constants,
    math: new Map(math.map((name, index) => [name, index])),
    functions,
    find: (name) => program.functions[(functions.get(name) ?? Number.NaN) - math.length],
  });
  const bodies = byteWriter(16_384);
  bodies.unsigned(program.functions.length);
  for (const each of program.functions) if (!body.write(bodies, each)) return null;

  const module = byteWriter(bodies.length + 4096);
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
      section.unsigned(functions.get(name) ?? 0);
    }
  });
  module.byte(10);
  module.unsigned(bodies.length);
  module.all(bodies);
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
