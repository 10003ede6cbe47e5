import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { f32x4, f64, f64x2, i32, mask2, mask4, programBuilder } from "../../src/kernel/builder.ts";
import { cText } from "../../src/kernel/c.ts";
import { ownFunctions } from "../../src/kernel/elementary/functions.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { BinaryOperation, Comparison, Program, Type, UnaryOperation, Value } from "../../src/kernel/program.ts";
import { initialState, odeSystem, zoo } from "../../src/models/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";

const hasCompiler = spawnSync("gcc", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "semimech-c-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without fused multiply-add the C compiler may change no bit. */
const exactFlags = ["-O2", "-march=native", "-ffp-contract=off", "-fno-strict-aliasing"];

/** The memory after `call` has run in C on a memory image. */
function memoryInC(program: Program, image: Uint8Array, call: string): Uint8Array {
  const { text, header } = cText(program, { memoryBytes: image.length });
  const main = `#include <stdio.h>
#include "program.h"
int main(void) {
  if (fread(memory, 1, sizeof memory, stdin) != sizeof memory) return 1;
  ${call};
  return fwrite(memory, 1, sizeof memory, stdout) != sizeof memory;
}
`;
  for (const [name, content] of Object.entries({ "program.c": text, "program.h": header, "main.c": main })) writeFileSync(join(folder, name), content);
  execFileSync("gcc", [...exactFlags, "-o", "program", "program.c", "main.c", "-lm"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  writeFileSync(join(folder, "image"), image);
  execFileSync("sh", ["-c", "./program < image > result"], { cwd: folder });
  return new Uint8Array(readFileSync(join(folder, "result")));
}

/** Bits of the numbers of an image, any NaN as one. */
const bitsOf = (image: Uint8Array): BigUint64Array => {
  const doubles = new Float64Array(image.slice().buffer).map((x) => (Number.isNaN(x) ? Number.NaN : x));
  return new BigUint64Array(doubles.buffer);
};

type Kind = "f64" | "i32" | "f64x2" | "f32x4" | "mask2" | "mask4";
const laneMask = { f64x2: "mask2", f32x4: "mask4" } as const;
const base: Readonly<Record<"f64" | "i32" | "f64x2" | "f32x4", number>> = { f64: 16, i32: 80, f64x2: 112, f32x4: 176 };
const count = 8;
const results = 1024;

const awkward = [0, -0, 1, -1, 0.1, Number.NaN, Infinity, -Infinity, 5e-324, -2.2250738585072014e-308, 2 ** 31, -(2 ** 31), 1e300, Math.PI, -7.5];
const awkwardIntegers = [0, 1, -1, 31, 32, 2 ** 31 - 1, -(2 ** 31), 0xffffffff, 12_345];
const floating: readonly BinaryOperation[] = ["add", "subtract", "multiply", "divide", "minimum", "maximum"];
const whole: readonly BinaryOperation[] = ["add", "subtract", "multiply", "minimum", "maximum", "and", "or", "xor", "shiftLeft", "shiftRight", "shiftRightUnsigned", "rotateLeft"];
const unary: readonly UnaryOperation[] = ["negate", "absolute", "squareRoot", "floor", "ceiling", "truncate"];
const bits: readonly UnaryOperation[] = ["exponentOf", "significandOf", "powerOfTwo"];
const comparisons: readonly Comparison[] = ["equal", "notEqual", "less", "lessOrEqual", "greater", "greaterOrEqual"];

/** Random values of every type, three deep on average, from a stream of choices. */
function randomValue(type: Kind, next: (below: number) => number, depth: number): Value {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const inner = (of: Kind): Value => randomValue(of, next, depth - 1);
  const leaf = depth <= 0 || next(4) === 0;
  if (type === "mask2" || type === "mask4") {
    const masks = type === "mask2" ? mask2 : mask4;
    if (depth <= 0) return masks.const(next(2) === 0);
    const form = next(5);
    if (form === 0) return masks.and(inner(type), inner(type));
    if (form === 1) return masks.or(inner(type), inner(type));
    if (form === 2) return masks.not(inner(type));
    const lanes = type === "mask2" ? "f64x2" : "f32x4";
    return { kind: "comparison", type, operation: pick(comparisons), left: inner(lanes), right: inner(lanes) };
  }
  if (leaf) {
    if (next(2) === 0) return { kind: "constant", type, value: type === "i32" ? pick(awkwardIntegers) : pick(awkward) };
    if (type === "f64" && next(3) === 0) return f64.loadSingle(base.f32x4, 4 * next(count));
    const size = type === "i32" ? 4 : 8;
    if (type === "f64x2" || type === "f32x4") {
      const lanes = type === "f64x2" ? f64x2 : f32x4;
      return next(2) === 0 ? lanes.load(base[type], 16 * next(2)) : lanes.loadSplat(base[type], (type === "f64x2" ? 8 : 4) * next(4));
    }
    return { kind: "load", type, address: i32.const(base[type]), offset: size * next(count) };
  }
  const binary = (operations: readonly BinaryOperation[]): Value => ({ kind: "binary", type, operation: pick(operations), left: inner(type), right: inner(type) });
  if (type === "i32") {
    const form = next(7);
    if (form === 0) return i32.isZero(inner("i32"));
    if (form === 1) return i32.fromF64(inner("f64"));
    if (form === 2) return next(2) === 0 ? mask2.any(inner("mask2")) : mask4.any(inner("mask4"));
    if (form === 3) return { kind: "comparison", type, operation: pick([...comparisons, "lessUnsigned"]), left: inner("i32"), right: inner("i32") };
    if (form === 4) return { kind: "comparison", type, operation: pick(comparisons), left: inner("f64"), right: inner("f64") };
    if (form === 5) return { kind: "unary", type, operation: pick(["negate", "absolute"]), operand: inner("i32") };
    return next(4) === 0 ? i32.rem(inner("i32"), i32.or(inner("i32"), 1)) : binary(whole);
  }
  const form = next(6);
  if (form === 0) {
    if (type === "f32x4" || next(3) > 0) return { kind: "unary", type, operation: pick(unary), operand: inner(type) };
    // Bits of NaN are free, and powers of two are those of whole numbers in range.
    const lanes = type === "f64" ? f64 : f64x2;
    const given = inner(type);
    const number = lanes.select(lanes.eq(given, given), given, 1);
    return { kind: "unary", type, operation: pick(bits), operand: lanes.floor(lanes.max(lanes.min(number, 1023), -1022)) };
  }
  if (form === 1) return { kind: "select", type, condition: inner(type === "f64" || next(2) === 0 ? "i32" : laneMask[type as "f64x2" | "f32x4"]), then: inner(type), otherwise: inner(type) };
  if (form === 2 && type !== "f64") return { kind: "unary", type, operation: "splat", operand: inner("f64") };
  if (form === 2) return next(2) === 0 ? f64x2.sumLanes(inner("f64x2")) : f64.fromU32(inner("i32"));
  if (form === 3 && type !== "f64") {
    const lanes = type === "f64x2" ? f64x2 : f32x4;
    return lanes.copySign(inner(type), lanes.trunc(lanes.const(pick([1, -0, -2]))));
  }
  if (form === 4 && next(2) === 0) {
    if (type === "f32x4") return f32x4.join(inner("f64x2"), inner("f64x2"));
    if (type === "f64x2") return next(2) === 0 ? f64x2.low(inner("f32x4")) : f64x2.high(inner("f32x4"));
  }
  // The sign of a NaN is free, so none is copied.
  if (form === 3 && type === "f64") return f64.copySign(inner("f64"), f64.fromI32(inner("i32")));
  return binary(floating);
}

const stored = ["f64", "i32", "f64x2", "f32x4"] as const satisfies readonly Type[];

describe.skipIf(!hasCompiler)("a program as C, built by gcc (skipped where there is none)", () => {
  it("gives the bits of WebAssembly on random values of every type", async () => {
    const values = 400;
    const program = programBuilder();
    const [choices = []] = fc.sample(fc.array(fc.nat(2 ** 20), { minLength: 60_000, maxLength: 60_000 }), { seed: 20_260_301, numRuns: 1 });
    let at = 0;
    const next = (below: number): number => (choices[at++ % choices.length] ?? 0) % below;
    for (let index = 0; index < values; index++) {
      program.function(`value ${index}`, {}, (b) => {
        const type = stored[index % stored.length] ?? "f64";
        b.store(results + 16 * index, randomValue(type, next, 4));
      });
    }
    program.function("main", {}, (b) => {
      for (let index = 0; index < values; index++) b.call(`value ${index}`);
    });
    const finished = program.finish(results + 16 * values);
    const instance = await instantiate(finished);
    instance.f64.set([1.5, -0, Number.NaN, 1e-3, Infinity, -2.25, 3, -1e9], base.f64 / 8);
    instance.i32.set([5, -3, 2 ** 31 - 1, -(2 ** 31), 0, 77, -1, 8], base.i32 / 4);
    instance.f64.set([0.5, -8, Number.NaN, 2], base.f64x2 / 8);
    new Float32Array(instance.f64.buffer).set([0.1, -0, Number.NaN, 1e30, 7, -7.5, 1e-20, Infinity], base.f32x4 / 4);
    const image = new Uint8Array(instance.f64.buffer.slice(0, finished.memoryBytes));
    const inC = memoryInC(finished, image, "program_main()");
    instance.functions["main"]?.();
    const inWasm = new Uint8Array(instance.f64.buffer.slice(0, finished.memoryBytes));
    let compared = 0;
    for (let index = 0; index < values; index++) {
      const type = stored[index % stored.length] ?? "f64";
      const part = (whole_: Uint8Array): readonly unknown[] => {
        const bytes = whole_.slice(results + 16 * index, results + 16 * (index + 1)).buffer;
        return type === "i32" ? [...new Int32Array(bytes)] : type === "f32x4" ? [...new Float32Array(bytes)] : [...new Float64Array(bytes)];
      };
      expect(part(inC), `value ${index}, ${type}`).toEqual(part(inWasm));
      compared += 1;
    }
    expect(compared).toBe(values);
  });

  it.each(ownFunctions)("computes %s to the bit, of one number, of pairs and of f32x4", async (name) => {
    const rows = 200;
    const at = (column: number): number => 16 + 16 * rows * column;
    const program = programBuilder();
    program.function("main", {}, (b) => {
      b.repeat(rows, (row) => {
        const address = b.local("i32", "address", i32.mul(row, 16));
        for (const [lanes, column] of [[f64, 1], [f64x2, 2], [f32x4, 3]] as const) {
          const x = lanes.load(address, at(0));
          b.store(address, name === "pow" ? lanes.math(name, x, lanes.const(-2.7)) : lanes.math(name, x), at(column));
        }
      });
    });
    const finished = program.finish(at(4));
    const instance = await instantiate(finished);
    const [given = []] = fc.sample(fc.array(fc.oneof(fc.double(), fc.double({ min: -40, max: 40 })), { minLength: 2 * rows, maxLength: 2 * rows }), { seed: 20_260_302, numRuns: 1 });
    instance.f64.set(given, at(0) / 8);
    const inC = memoryInC(finished, new Uint8Array(instance.f64.buffer.slice(0, at(4))), "program_main()");
    instance.functions["main"]?.();
    const image = instance.f64.buffer.slice(0, at(4));
    expect(bitsOf(inC.slice(0, at(3)))).toEqual(bitsOf(new Uint8Array(image.slice(0, at(3)))));
    const singles = (bytes: ArrayBufferLike): Float32Array => new Float32Array(bytes.slice(at(3))).map((x) => (Number.isNaN(x) ? Number.NaN : x));
    expect(singles(inC.slice().buffer)).toEqual(singles(image));
  });

  it("keeps the order of calls and loads, leaves named loops, and takes trees deeper than a parser", async () => {
    const program = programBuilder();
    program.function("bump", { parameters: { x: "f64" }, result: "f64", exported: false }, (b, { x }) => {
      if (!x) return;
      b.store(16, f64.add(f64.load(16), x));
      b.return(f64.load(16));
    });
    program.function("main", {}, (b) => {
      // Loads before, between and after calls that change what they read.
      b.store(24, f64.sub(f64.mul(f64.load(16), f64.call("bump", f64.const(2))), f64.add(f64.load(16), f64.call("bump", f64.load(16)))));
      const outer = b.local("i32", "outer");
      const total = b.local("f64", "total");
      b.loop((all) => {
        b.if(i32.ge(outer, 10), () => b.break(all));
        b.set(outer, i32.add(outer, 1));
        b.repeat(100, (inside) => {
          b.if(i32.eq(inside, 3), () => b.continue(all));
          b.set(total, f64.add(total, f64.fromI32(inside)));
        });
      });
      b.store(32, total);
      let deep: Value = f64.load(16);
      for (let i = 0; i < 3000; i++) deep = f64.sub(i, deep);
      b.store(40, deep);
      b.storeSingle(48, f64.const(0.1));
    });
    const finished = program.finish(64);
    const instance = await instantiate(finished);
    instance.f64[2] = 3;
    const inC = memoryInC(finished, new Uint8Array(instance.f64.buffer.slice(0, 64)), "program_main()");
    instance.functions["main"]?.();
    expect(instance.f64.slice(2, 6)).toEqual(new Float64Array([10, 3 * 5 - (5 + 10), 30, 1500 + 10]));
    expect(bitsOf(inC)).toEqual(bitsOf(new Uint8Array(instance.f64.buffer.slice(0, 64))));
  });

  it.each([
    [rodas5p, "hires", 100],
    [tsit5, "brusselator", 20],
  ] as const)("takes the same steps to the same bits: %#", async (method, model, end) => {
    const { system } = odeSystem(zoo[model].network);
    if (!system) throw new Error(model);
    let program: Program | null = null;
    const solver = await compileSolver(system, {
      method,
      extend: (context) => {
        program = context.program.finish(context.layout.bytes);
      },
    });
    if (!program) throw new Error("the method writes no program");
    const parameters = Float64Array.from(system.parameterValues);
    const times = Float64Array.from({ length: 11 }, (_, index) => (end * (index + 1)) / 11);
    const run = solver.begin({ parameters, state: initialState(system, parameters), times });
    const image = new Uint8Array(solver.instance.f64.buffer.slice(0));
    const inC = memoryInC(program, image, "if (program_advance(1000000) != 0) return 2");
    expect(run.advance(1_000_000)).toEqual({ status: "done" });
    const after = Uint8Array.from(new Uint8Array(solver.instance.f64.buffer));
    const { accepted } = run.trajectory().statistics;
    expect(accepted).toBeGreaterThan(20);
    expect(bitsOf(inC)).toEqual(bitsOf(after));
  });
});

describe("the text of a program as C", () => {
  it("names exported functions, and refuses two that C would confuse", () => {
    const program = programBuilder();
    program.function("rate of x", { result: "f64" }, (b) => b.return(f64.const(-0)));
    program.function("inner", { exported: false }, () => {});
    const { names, header, text } = cText(program.finish(32), { memoryBytes: 128 });
    expect(names).toEqual({ "rate of x": "program_rate_of_x" });
    expect(header).toContain("double program_rate_of_x(void);");
    expect(header).not.toContain("inner");
    expect(text).toContain("unsigned char memory[128]");
    program.function("rate.of.x", { result: "f64" }, (b) => b.return(f64.const(1)));
    expect(() => cText(program.finish(32))).toThrow(/program_rate_of_x in C: rename one/);
  });
});
