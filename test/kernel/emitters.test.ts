import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { f64, f64x2, f32x4, i32, programBuilder } from "../../src/kernel/builder.ts";
import type { FunctionBuilder, LoopLabel } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Instance, Target } from "../../src/kernel/instance.ts";
import type { BinaryOperation, Comparison, Local, MathFunction, Program, UnaryOperation, Value } from "../../src/kernel/program.ts";

const slots = 8;
const f64Base = 16;
const i32Base = f64Base + 8 * slots;
const memoryBytes = i32Base + 4 * slots;

/** A recipe for a value: fast-check shrinks these trees; `realize` turns them into IR against the locals of a function. */
type Recipe =
  | { readonly form: "constant"; readonly value: number }
  | { readonly form: "local" | "load"; readonly slot: number }
  | { readonly form: "unary"; readonly operation: UnaryOperation; readonly operand: Recipe; readonly from: "f64" | "i32" }
  | { readonly form: "binary"; readonly operation: BinaryOperation; readonly left: Recipe; readonly right: Recipe }
  | { readonly form: "comparison"; readonly operation: Comparison; readonly of: "f64" | "i32"; readonly left: Recipe; readonly right: Recipe }
  | { readonly form: "select"; readonly condition: Recipe; readonly left: Recipe; readonly right: Recipe }
  | { readonly form: "math"; readonly name: MathFunction; readonly operands: readonly Recipe[] }
  | { readonly form: "call"; readonly operands: readonly Recipe[] };

type Step =
  | { readonly form: "set" | "store"; readonly type: "f64" | "i32"; readonly slot: number; readonly value: Recipe }
  | { readonly form: "if"; readonly condition: Recipe; readonly then: readonly Step[]; readonly otherwise: readonly Step[] }
  | { readonly form: "loop"; readonly count: number; readonly body: readonly Step[] }
  | { readonly form: "leave"; readonly kind: "break" | "continue" | "return"; readonly condition: Recipe }
  | { readonly form: "call"; readonly operand: Recipe };

const slot = fc.nat(slots - 1);
const awkward = [0, -0, 1, -1, 0.1, Number.NaN, Infinity, -Infinity, 5e-324, -2.2250738585072014e-308, 2 ** 31, -(2 ** 31), 2 ** 32, 1e300, Math.PI];
const number64 = fc.oneof(fc.constantFrom(...awkward), fc.double(), fc.double({ min: -10, max: 10 }));
const number32 = fc.oneof(fc.constantFrom(0, 1, -1, 31, 2 ** 31 - 1, -(2 ** 31), 0xffffffff, 0x80000000), fc.integer());
const comparisons: readonly Comparison[] = ["equal", "notEqual", "less", "lessOrEqual", "greater", "greaterOrEqual"];

const arithmetic64: readonly BinaryOperation[] = ["add", "subtract", "multiply", "divide", "minimum", "maximum", "copySign"];
const arithmetic32: readonly BinaryOperation[] = [
  "add", "subtract", "multiply", "divide", "remainder", "minimum", "maximum", "and", "or", "xor", "shiftLeft", "shiftRight", "shiftRightUnsigned", "rotateLeft",
];
const unary64: readonly UnaryOperation[] = ["negate", "absolute", "squareRoot", "floor", "ceiling", "truncate"];
const math1: readonly MathFunction[] = ["exp", "log", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"];

const recipes = (withMath: boolean): { f64: fc.Arbitrary<Recipe>; i32: fc.Arbitrary<Recipe> } => {
  const forms = fc.letrec<{ f64: Recipe; i32: Recipe }>((tie) => {
    const leaf = (number: fc.Arbitrary<number>): fc.Arbitrary<Recipe>[] => [
      number.map((value): Recipe => ({ form: "constant", value })),
      slot.map((at): Recipe => ({ form: "local", slot: at })),
      slot.map((at): Recipe => ({ form: "load", slot: at })),
    ];
    const unary = (operation: fc.Arbitrary<UnaryOperation>, from: "f64" | "i32"): fc.Arbitrary<Recipe> =>
      fc.record({ form: fc.constant("unary" as const), operation, operand: tie(from), from: fc.constant(from) });
    const binary = (operations: readonly BinaryOperation[], of: "f64" | "i32"): fc.Arbitrary<Recipe> =>
      fc.record({ form: fc.constant("binary" as const), operation: fc.constantFrom(...operations), left: tie(of), right: tie(of) });
    const choice = (of: "f64" | "i32"): fc.Arbitrary<Recipe> =>
      fc.record({ form: fc.constant("select" as const), condition: tie("i32"), left: tie(of), right: tie(of) });
    const comparison = (operation: fc.Arbitrary<Comparison>, of: "f64" | "i32"): fc.Arbitrary<Recipe> =>
      fc.record({ form: fc.constant("comparison" as const), operation, of: fc.constant(of), left: tie(of), right: tie(of) });
    const math: fc.Arbitrary<Recipe>[] = [
      fc.record({ form: fc.constant("math" as const), name: fc.constantFrom(...math1), operands: fc.tuple(tie("f64")) }),
      fc.record({ form: fc.constant("math" as const), name: fc.constant("pow" as const), operands: fc.tuple(tie("f64"), tie("f64")) }),
    ];
    const depth = { depthSize: "small" as const, withCrossShrink: true };
    return {
      f64: fc.oneof(
        depth,
        ...leaf(number64),
        binary(arithmetic64, "f64"),
        unary(fc.constantFrom(...unary64), "f64"),
        unary(fc.constantFrom("toF64", "unsignedToF64"), "i32"),
        choice("f64"),
        fc.record({ form: fc.constant("call" as const), operands: fc.tuple(tie("f64"), tie("i32")) }),
        ...(withMath ? math : []),
      ),
      i32: fc.oneof(
        depth,
        ...leaf(number32),
        binary(arithmetic32, "i32"),
        unary(fc.constantFrom("negate", "absolute", "isZero"), "i32"),
        unary(fc.constant("toI32"), "f64"),
        comparison(fc.constantFrom(...comparisons), "f64"),
        comparison(fc.constantFrom(...comparisons, "lessUnsigned"), "i32"),
        choice("i32"),
      ),
    };
  });
  return forms;
};

const steps = (withMath: boolean): fc.Arbitrary<Step[]> => {
  const value = recipes(withMath);
  const put = (type: "f64" | "i32"): fc.Arbitrary<Step> =>
    fc.record({ form: fc.constantFrom("set" as const, "store" as const), type: fc.constant(type), slot, value: value[type] });
  const body = fc.letrec<{ list: Step[]; step: Step }>((tie) => ({
    list: fc.array(tie("step"), { maxLength: 6, depthIdentifier: "steps" }),
    step: fc.oneof(
      { depthSize: "small", depthIdentifier: "steps" },
      put("f64"),
      put("i32"),
      fc.record({ form: fc.constant("call" as const), operand: value.f64 }),
      fc.record({ form: fc.constant("leave" as const), kind: fc.constantFrom("break" as const, "continue" as const, "return" as const), condition: value.i32 }),
      fc.record({ form: fc.constant("if" as const), condition: value.i32, then: tie("list"), otherwise: tie("list") }),
      fc.record({ form: fc.constant("loop" as const), count: fc.integer({ min: 1, max: 3 }), body: tie("list") }),
    ),
  }));
  return fc.array(body.step, { minLength: 1, maxLength: 10 });
};

function realize(recipe: Recipe, type: "f64" | "i32", locals: Readonly<Record<"f64" | "i32", readonly Local[]>>): Value {
  const inner = (each: Recipe, of: "f64" | "i32"): Value => realize(each, of, locals);
  const scalar = type === "f64" ? f64 : i32;
  switch (recipe.form) {
    case "constant":
      return scalar.const(recipe.value);
    case "local": {
      const local = locals[type][recipe.slot];
      if (!local) throw new Error("no such local");
      return local;
    }
    case "load":
      return type === "f64" ? f64.load(f64Base, 8 * recipe.slot) : i32.load(i32Base, 4 * recipe.slot);
    case "unary":
      return { kind: "unary", type, operation: recipe.operation, operand: inner(recipe.operand, recipe.from) };
    case "binary": {
      const left = inner(recipe.left, type);
      const right = inner(recipe.right, type);
      // The sign of a NaN is free, and integer division traps: both are kept out here and tested by themselves.
      if (recipe.operation === "copySign") return f64.copySign(left, f64.select(f64.eq(right, right), right, 1));
      if (recipe.operation === "divide" && type === "i32") return i32.div(left, i32.or(i32.and(right, 0xffff), 1));
      if (recipe.operation === "remainder") return i32.rem(left, i32.or(right, 1));
      return scalar.binary(recipe.operation)(left, right);
    }
    case "comparison":
      return { kind: "comparison", type: "i32", operation: recipe.operation, left: inner(recipe.left, recipe.of), right: inner(recipe.right, recipe.of) };
    case "select":
      return scalar.select(inner(recipe.condition, "i32"), inner(recipe.left, type), inner(recipe.right, type));
    case "math":
      return f64.math(recipe.name, ...recipe.operands.map((each) => inner(each, "f64")));
    case "call":
      return f64.call("bump", ...recipe.operands.map((each, at) => inner(each, at === 0 ? "f64" : "i32")));
  }
}

function programOf(list: readonly Step[]): Program {
  const program = programBuilder();
  // Changes memory and gives what was there: the order of calls and loads shows in the result.
  program.function("bump", { parameters: { x: "f64", n: "i32" }, result: "f64", exported: false }, (b, { x, n }) => {
    if (!x || !n) throw new Error("parameters");
    const before = b.local("f64", "before", f64.load(f64Base));
    b.store(f64Base, f64.add(f64.load(f64Base), x));
    b.store(i32Base, i32.xor(n, i32.load(i32Base)));
    b.return(f64.sub(before, f64.fromI32(n)));
  });
  program.function("main", {}, (b) => {
    const locals = {
      f64: Array.from({ length: slots }, (_, at) => b.local("f64", `x${at}`, f64.load(f64Base + 8 * at))),
      i32: Array.from({ length: slots }, (_, at) => b.local("i32", `n${at}`, i32.load(i32Base + 4 * at))),
    };
    writeSteps(b, list, locals, null);
    locals.f64.forEach((local, at) => b.store(f64Base + 8 * at, f64.add(local, f64.load(f64Base + 8 * at))));
    locals.i32.forEach((local, at) => b.store(i32Base + 4 * at, i32.add(local, i32.load(i32Base + 4 * at))));
  });
  return program.finish(memoryBytes);
}

function writeSteps(b: FunctionBuilder, list: readonly Step[], locals: Readonly<Record<"f64" | "i32", readonly Local[]>>, open: LoopLabel | null): void {
  for (const step of list) {
    switch (step.form) {
      case "set": {
        const target = locals[step.type][step.slot];
        if (target) b.set(target, realize(step.value, step.type, locals));
        break;
      }
      case "store":
        b.store(step.type === "f64" ? f64Base : i32Base, realize(step.value, step.type, locals), (step.type === "f64" ? 8 : 4) * step.slot);
        break;
      case "call":
        b.call("bump", realize(step.operand, "f64", locals), i32.load(i32Base + 4));
        break;
      case "if":
        b.if(realize(step.condition, "i32", locals), () => writeSteps(b, step.then, locals, open), () => writeSteps(b, step.otherwise, locals, open));
        break;
      case "leave":
        b.if(realize(step.condition, "i32", locals), () => {
          if (step.kind === "return") b.return();
          else if (open !== null) b[step.kind](open);
        });
        break;
      case "loop": {
        const turns = b.local("i32", "turns", i32.const(0));
        b.loop((label) => {
          b.if(i32.ge(turns, step.count), () => b.break(label));
          b.set(turns, i32.add(turns, 1));
          writeSteps(b, step.body, locals, label);
        });
      }
    }
  }
}

/** Runs `main` on the memory given; NaNs are made one, since their bits are free. */
async function memoryAfter(program: Program, target: Target, start: readonly number[]): Promise<BigUint64Array> {
  const instance = await instantiate(program, target);
  for (let at = 0; at < slots; at++) {
    instance.f64[f64Base / 8 + at] = start[at] ?? 0;
    instance.i32[i32Base / 4 + at] = (start[at] ?? 0) * 2 ** 20;
  }
  instance.functions["main"]?.();
  const doubles = instance.f64.slice(f64Base / 8, i32Base / 8).map((x) => (Number.isNaN(x) ? Number.NaN : x));
  const integers = instance.i32.slice(i32Base / 4, i32Base / 4 + slots);
  return new BigUint64Array([...new BigUint64Array(doubles.buffer), ...new BigUint64Array(integers.buffer)]);
}

const one = async (target: Target, write: (b: FunctionBuilder, x: Local, n: Local) => void, result: "f64" | "i32" = "f64"): Promise<(x: number, n?: number) => number> => {
  const program = programBuilder();
  program.function("main", { parameters: { x: "f64", n: "i32" }, result }, (b, { x, n }) => {
    if (x && n) write(b, x, n);
  });
  const { functions } = await instantiate(program.finish(memoryBytes), target);
  return (x, n = 0) => functions["main"]?.(x, n) ?? Number.NaN;
};

const targets: readonly Target[] = ["wasm", "javascript"];

describe("the two back ends give the same bits", () => {
  for (const [name, withMath, numRuns] of [["arithmetic", false, 400], ["arithmetic and Math functions", true, 400]] as const) {
    it(`on random programs with branches and loops: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps(withMath), fc.array(number64, { minLength: slots, maxLength: slots }), async (list, start) => {
          const program = programOf(list);
          const [wasm, javascript] = await Promise.all(targets.map((target) => memoryAfter(program, target, start)));
          expect(javascript).toEqual(wasm);
        }),
        { seed: 20_240_601, numRuns },
      );
    });
  }

  it("on every Math function over many arguments, optimised or not", async () => {
    for (const name of [...math1, "pow" as const]) {
      const [wasm, javascript] = await Promise.all(
        targets.map((target) => one(target, (b, x) => b.return(name === "pow" ? f64.math(name, x, f64.const(1.37)) : f64.math(name, x)))),
      );
      for (let i = 0; i < 20_000; i++) {
        const x = (i - 10_000) * 0.00731 + 1e-9 * i * i;
        if (!Object.is(wasm?.(x), javascript?.(x))) expect.fail(`${name}(${x}): wasm ${wasm?.(x)}, javascript ${javascript?.(x)}`);
      }
    }
  });
});

describe.each(targets)("target %s", (target) => {
  it("keeps the bits of constants", async () => {
    for (const value of awkward) expect((await one(target, (b) => b.return(f64.const(value))))(0)).toBe(value);
    for (const value of [0, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)]) {
      expect((await one(target, (b) => b.return(i32.const(value)), "i32"))(0)).toBe(value);
    }
  });

  it("saturates toI32 and turns NaN into 0", async () => {
    const toI32 = await one(target, (b, x) => b.return(i32.fromF64(x)), "i32");
    expect([2 ** 31, -(2 ** 31) - 1, Infinity, -Infinity, Number.NaN, -0.9, 1.9, -1.9, 2 ** 40].map((x) => toI32(x))).toEqual([
      2147483647, -2147483648, 2147483647, -2147483648, 0, 0, 1, -1, 2147483647,
    ].map((x) => x | 0));
  });

  it("traps on integer division by zero and on the one quotient that does not fit", async () => {
    const divide = await one(target, (b, x, n) => b.return(i32.div(i32.fromF64(x), n)), "i32");
    const remainder = await one(target, (b, x, n) => b.return(i32.rem(i32.fromF64(x), n)), "i32");
    expect(divide(-7, 2)).toBe(-3);
    expect(remainder(-7, 2)).toBe(-1);
    expect(Object.is(remainder(-4, 2), 0)).toBe(true);
    expect(remainder(-(2 ** 31), -1)).toBe(0);
    expect(() => divide(1, 0)).toThrow(/divide by zero/);
    expect(() => remainder(1, 0)).toThrow(/remainder by zero/);
    expect(() => divide(-(2 ** 31), -1)).toThrow(/divide result unrepresentable/);
  });

  it("traps when a function with a result falls off its end", async () => {
    const falls = await one(target, (b, x) => b.if(f64.gt(x, 0), () => b.return(x)));
    expect(falls(2)).toBe(2);
    expect(() => falls(-1)).toThrow(/unreachable/);
  });

  it("takes trees far deeper than the stack", async () => {
    const depth = 20_000;
    const left = await one(target, (b, x) => {
      let tree: Value = x;
      for (let i = 0; i < depth; i++) tree = f64.add(tree, 1);
      b.return(tree);
    });
    const right = await one(target, (b, x, n) => {
      let tree: Value = f64.fromI32(n);
      for (let i = 0; i < depth; i++) tree = f64.sub(x, tree);
      b.return(tree);
    });
    expect(left(0.5)).toBe(depth + 0.5);
    expect(right(3, 7)).toBe(7);
  });

  it("breaks and continues the loop that is named", async () => {
    const count = await one(target, (b, x) => {
      const total = b.local("f64", "total");
      const outer = b.local("i32", "outer");
      b.loop((all) => {
        b.if(i32.ge(outer, 10), () => b.break(all));
        b.set(outer, i32.add(outer, 1));
        b.repeat(100, (inner) => {
          b.if(i32.eq(inner, 3), () => b.continue(all));
          b.if(f64.gt(total, x), () => b.break(all));
          b.set(total, f64.add(total, 1));
        });
        b.set(total, f64.const(-1e9));
      });
      b.return(total);
    });
    expect(count(1000)).toBe(30);
    expect(count(7)).toBe(8);
  });

  it("reserves fresh zeroed memory, keeps what was there, and forgets on release", async () => {
    const program = programBuilder();
    program.function("read", { parameters: { at: "i32" }, result: "f64" }, (b, { at }) => {
      if (at) b.return(f64.load(at));
    });
    const instance: Instance = await instantiate(program.finish(100), target);
    instance.f64[2] = 1.25;
    const first = instance.reserve(8);
    const second = instance.reserve(3_000_000);
    expect([first, second]).toEqual([112, 128]);
    expect(instance.f64.length * 8).toBeGreaterThanOrEqual(second + 3_000_000);
    instance.f64[second / 8 + 374_999] = 7.5;
    expect(instance.functions["read"]?.(16)).toBe(1.25);
    expect(instance.functions["read"]?.(second + 8 * 374_999)).toBe(7.5);
    instance.release();
    expect(instance.reserve(3_000_016)).toBe(first);
    expect(instance.functions["read"]?.(second + 8 * 374_999)).toBe(0);
    expect(instance.f64[2]).toBe(1.25);
    expect(() => instance.reserve(2 ** 33)).toThrow(/cannot reserve 8589934592 bytes beyond the .* in use/);
    expect(() => instance.reserve(-1)).toThrow(/cannot reserve -1 bytes/);
  });
});

const at = (position: number): Value => f64x2.load(16 + 16 * position);

describe("lanes", () => {
  it("computes lane by lane in WebAssembly and sums in order", async () => {
    const data = Float64Array.of(1e16, 1, -1e16, 3, 0.1, -0.2, 7, 9);
    const run = async (write: (b: FunctionBuilder) => void): Promise<number> => {
      const program = programBuilder();
      program.function("main", { result: "f64" }, write);
      const instance = await instantiate(program.finish(256));
      instance.f64.set(data, 2);
      new Float32Array(instance.f64.buffer).set([0.1, 2, -3, 4.5], 32);
      return instance.functions["main"]?.() ?? Number.NaN;
    };
    expect(await run((b) => b.return(f64x2.sumLanes(f64x2.mul(f64x2.add(at(0), at(1)), at(3)))))).toBe((1e16 - 1e16) * 7 + (1 + 3) * 9);
    expect(await run((b) => b.return(f64x2.sumLanes(f64x2.div(at(2), f64x2.splat(f64.const(3))))))).toBe(0.1 / 3 + -0.2 / 3);
    expect(await run((b) => b.return(f64x2.sumLanes(f64x2.sub(f64x2.max(at(2), at(3)), f64x2.min(at(2), at(3))))))).toBe(7 - 0.1 + (9 + 0.2));
    expect(await run((b) => b.return(f64x2.sumLanes(f64x2.unary("squareRoot")(f64x2.neg(f64x2.neg(at(3)))))))).toBe(Math.sqrt(7) + Math.sqrt(9));
    expect(await run((b) => b.return(f64x2.sumLanes(f64x2.select(i32.const(0), at(0), at(3)))))).toBe(16);
    const single = f32x4.load(128);
    const [a, c, d, e] = [0.1, 2, -3, 4.5].map((x) => Math.fround(Math.fround(x) * Math.fround(0.7)));
    expect(await run((b) => b.return(f32x4.sumLanes(f32x4.mul(single, f32x4.const(0.7)))))).toBe((a ?? 0) + (c ?? 0) + (d ?? 0) + (e ?? 0));
    expect(
      await run((b) => {
        const pair = b.local("f64x2", "pair", f64x2.unary("floor")(at(2)));
        b.store(16, f64x2.add(pair, f64x2.const(0.5)));
        b.return(f64.add(f64.load(16), f64.mul(f64.load(24), 100)));
      }),
    ).toBe(0.5 + -0.5 * 100);
  });

  it("is refused by name in JavaScript", async () => {
    const program = programBuilder();
    program.function("wide", { result: "f64" }, (b) => b.return(f32x4.sumLanes(f32x4.const(1))));
    await expect(instantiate(program.finish(16), "javascript")).rejects.toThrow('function "wide" uses f32x4');
  });
});

const many = (count: number): Program => {
  const program = programBuilder();
  program.function("crowd", { result: "f64" }, (b) => {
    let last = b.local("f64", "first", f64.const(1));
    for (let i = 1; i < count; i++) last = b.local(i % 2 === 0 ? "f64" : "i32", "x", i % 2 === 0 ? f64.const(i) : i32.const(i));
    b.return(last.type === "f64" ? last : f64.fromI32(last));
  });
  return program.finish(16);
};

describe("limits of engines", () => {
  it("refuses by name a function with too many locals, and takes the most that fit", async () => {
    const fits = await instantiate(many(49_997));
    expect(fits.functions["crowd"]?.()).toBe(49_996);
    await expect(instantiate(many(49_998))).rejects.toThrow(/function "crowd" has 50001 locals.*50000/);
  });

  it("refuses by name a function whose body is too long", async () => {
    const program = programBuilder();
    program.function("endless", {}, (b) => {
      // More constants than a module keeps as globals: each of the others takes nine bytes.
      for (let i = 0; i < 570_000; i++) b.store(16, f64.const(0.1 + i));
      b.call("endless");
    });
    await expect(instantiate(program.finish(32))).rejects.toThrow(/function "endless" has \d+ bytes/);
  });
});
