import { describe, expect, it } from "vitest";
import { f32x4, f64, f64x2, i32, mask2, mask4, programBuilder } from "../../src/kernel/builder.ts";
import type { FunctionBuilder, FunctionSignature } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Local, Program, Type, Value } from "../../src/kernel/program.ts";
import { validateProgram } from "../../src/kernel/validate.ts";

const programWith = (write: (b: FunctionBuilder, x: Local) => void, signature: FunctionSignature = {}): Program => {
  const program = programBuilder();
  program.function("helper", { parameters: { a: "f64", n: "i32" }, result: "f64" }, (b, { a }) => {
    if (a) b.return(a);
  });
  program.function("main", { parameters: { x: "f64" }, ...signature }, (b, { x }) => {
    if (x) write(b, x);
  });
  return program.finish(64);
};

const foreign: Local = { kind: "local", type: "f64", index: 3, name: "foreign" };
const wrong = (type: Type, value: Value): Value => ({ ...value, type }) as Value;

describe("validateProgram", () => {
  it("accepts a program that is well-typed", () => {
    const program = programWith((b, x) => {
      b.repeat(3, () => b.if(f64.lt(x, 1), () => b.set(x, f64.call("helper", x, i32.const(0xffffffff)))));
      b.store(16, f64x2.splat(f64.math("pow", x, x)));
    });
    expect(() => validateProgram(program)).not.toThrow();
  });

  const faults: readonly (readonly [what: string, message: RegExp, write: (b: FunctionBuilder, x: Local) => void, signature?: FunctionSignature])[] = [
    ["a local of the wrong type", /function "main", body\[0\] \(set\): local "x" is f64, set to i32/, (b, x) => b.set(x, i32.const(1))],
    ["an operand of the wrong type", /body\[0\] \(set\): "add" on f64 got f64 and i32/, (b, x) => b.set(x, f64.add(x, i32.const(1)))],
    ["the place of a nested statement", /body\[0\]\.body\[1\]\.then\[0\] \(set\): "multiply"/, (b, x) => b.loop((label) => { b.break(label); b.if(i32.const(1), () => b.set(x, f64.mul(x, i32.const(2)))); })],
    ["a local of another function", /local "foreign" belongs to another function/, (b, x) => b.set(x, f64.add(x, foreign))],
    ["an operation a type lacks", /no operation "remainder" on f64/, (b, x) => b.set(x, f64.binary("remainder")(x, x))],
    ["a conversion that does not exist", /no operation "toI32" from i32 to i32/, (b) => b.local("i32", "n", i32.fromF64(i32.const(1)))],
    ["a comparison across types", /"less" compares f64 with i32/, (b, x) => b.if(f64.lt(x, i32.const(1)), () => {})],
    ["an unsigned comparison of f64", /"lessUnsigned" compares i32, got f64/, (b, x) => b.if(f64.comparison("lessUnsigned")(x, x), () => {})],
    ["a condition that is not i32", /a condition must be i32, got f64/, (b, x) => b.if(x, () => {})],
    ["a select with arms of two types", /"select" of f64 got f64 and i32/, (b, x) => b.set(x, f64.select(i32.const(1), x, i32.const(0)))],
    ["an address that is not i32", /an address must be i32, got f64/, (b, x) => b.store(x, x)],
    ["a constant address out of step", /address 4 \+ 0 is not a multiple of 8 bytes, as f64 needs/, (b, x) => b.store(4, x)],
    ["an offset that is no offset", /offset -8/, (b, x) => b.store(16, x, -8)],
    ["an i32 constant that is none", /1\.5 is not an i32 constant/, (b) => b.local("i32", "n", i32.const(1.5))],
    ["a Math function with too few operands", /"pow" takes 2 operands, got 1/, (b, x) => b.set(x, f64.math("pow", x))],
    ["a Math function of an integer", /"exp" takes f64, got i32/, (b, x) => b.set(x, f64.math("exp", i32.const(1)))],
    ["an unknown function", /calls "nobody", which the program does not define/, (b) => b.call("nobody")],
    ["a call with too few operands", /"helper" takes 2 operands, got 1/, (b, x) => b.call("helper", x)],
    ["a call with an operand of the wrong type", /"helper" takes i32 as "n", got f64/, (b, x) => b.call("helper", x, x)],
    ["a result used as another type", /"helper" gives f64, used as i32/, (b, x) => b.local("i32", "n", i32.call("helper", x, i32.const(1)))],
    ["a result that does not exist", /"main" gives nothing, used as f64/, (b, x) => b.set(x, f64.call("main", x))],
    ["a break outside its loop", /no open loop has label 0/, (b) => { b.loop((label) => b.break(label)); b.break(0); }],
    ["a return without the result", /returns nothing, the function gives f64/, (b) => b.return(), { result: "f64" }],
    ["a return of a result that is not declared", /returns f64, the function gives nothing/, (b, x) => b.return(x)],
    ["lanes across the edge of the program", /an exported function cannot take or give lanes/, (b) => b.return(f64x2.const(0)), { result: "f64x2" }],
    ["a deep tree's fault", /"add" on f64 got f64x2 and f64/, (b, x) => { let tree = wrong("f64x2", f64.add(x, x)); for (let i = 0; i < 30_000; i++) tree = f64.add(tree, 1); b.set(x, tree); }],
  ];
  for (const [what, message, write, signature] of faults) {
    it(`names ${what}`, () => expect(() => validateProgram(programWith(write, signature))).toThrow(message));
  }

  /** What a WebAssembly engine would run, and what it would not do what was meant. */
  const unnoticed: typeof faults = [
    ["a local that only has the number of one", /local "y" belongs to another function/, (b, x) => b.set(x, f64.add(x, { ...x, name: "y" }))],
    ["a target that only has the number of a local", /local "y" belongs to another function/, (b, x) => b.set({ ...x, name: "y" }, f64.const(1))],
    ["an operand too many before a return", /"helper" takes 2 operands, got 3/, (b, x) => { b.call("helper", x, i32.const(1), i32.const(2)); b.return(); }],
    ["pairs where there are four lanes", /"add" on f32x4 got f64x2 and f64x2/, (b) => { const pair = b.local("f64x2", "pair", f64x2.const(1)); b.set(b.local("f32x4", "four"), f32x4.add(pair, pair)); }],
    ["a square root of lanes of another kind", /no operation "squareRoot" from f64x2 to f32x4/, (b) => b.local("f32x4", "four", f32x4.sqrt(f64x2.const(4)))],
    ["lanes compared with lanes of another kind", /"less" compares f64x2 with f32x4/, (b) => b.local("mask2", "truth", f64x2.lt(f64x2.const(1), f32x4.const(1)))],
    ["a mask of four lanes that chooses between two", /a mask4 cannot choose between f64x2/, (b) => b.local("f64x2", "pair", f64x2.select(mask4.const(true), f64x2.const(1), f64x2.const(2)))],
    ["a sum of lanes of a mask", /no operation "sumLanes" from mask2 to f64/, (b) => b.local("f64", "sum", f64x2.sumLanes(mask2.const(true)))],
    ["lanes stored as a mask", /memory does not hold masks/, (b) => b.store(16, mask2.const(true))],
    ["a pair set to four lanes", /local "pair" is f64x2, set to f32x4/, (b) => b.local("f64x2", "pair", f32x4.const(1))],
    ["a mask that is neither", /a mask is 1 \(every lane\) or 0 \(none\), got 2/, (b) => b.local("mask2", "truth", { kind: "constant", type: "mask2", value: 2 })],
    ["an i32 in memory out of step", /address 2 \+ 0 is not a multiple of 4 bytes, as i32 needs/, (b) => b.local("i32", "n", i32.load(2))],
    ["a splat of one number", /a splat load gives lanes, got f64/, (b) => b.local("f64", "y", { ...f64.load(16), splat: true } as Value)],
    ["a loop inside itself", /loop label 0 is already open/, (b) => b.loop((label) => { const inner = b.collect(() => b.break(label)); b.append([{ kind: "loop", label, body: inner }]); })],
  ];
  describe.each(["wasm", "javascript"] as const)("by way of target %s", (target) => {
    for (const [what, message, write, signature] of [...faults, ...unnoticed]) {
      it(`names ${what}`, () => expect(instantiate(programWith(write, signature), target)).rejects.toThrow(message));
    }

    it("names two functions of one name, locals out of order and impossible sizes", async () => {
      const { functions, memoryBytes } = programWith(() => {});
      const [first] = functions;
      if (!first) throw new Error("a function");
      await expect(instantiate({ functions: [first, first], memoryBytes }, target)).rejects.toThrow(/two functions are called "helper"/);
      await expect(instantiate({ functions: [{ ...first, locals: first.locals.toReversed() }], memoryBytes }, target)).rejects.toThrow(/declaration: local "n" has index 1 at position 0/);
      await expect(instantiate({ functions, memoryBytes: 1.5 }, target)).rejects.toThrow(/memoryBytes is 1.5/);
    });
  });

  it("names two functions of one name, and locals out of order", () => {
    const { functions, memoryBytes } = programWith(() => {});
    const [first, second] = functions;
    if (!first || !second) throw new Error("two functions");
    expect(() => validateProgram({ functions: [first, first], memoryBytes })).toThrow(/two functions are called "helper"/);
    expect(() => validateProgram({ functions: [{ ...first, locals: first.locals.toReversed() }], memoryBytes })).toThrow(/function "helper", declaration: local "n" has index 1 at position 0/);
    expect(() => validateProgram({ functions, memoryBytes: 1.5 })).toThrow(/memoryBytes is 1.5/);
  });
});
