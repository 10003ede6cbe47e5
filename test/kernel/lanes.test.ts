import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FunctionBuilder } from "../../src/kernel/builder.ts";
import { f32x4, f64, f64x2, i32, mask2, mask4, programBuilder } from "../../src/kernel/builder.ts";
import type { Target } from "../../src/kernel/instance.ts";
import { elementaryNumber } from "../../src/kernel/elementary/numbers.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Comparison, Value } from "../../src/kernel/program.ts";
import { scalarise } from "../../src/kernel/scalarise.ts";

/** Runs `main` on pairs at 16, 32 and 48; gives the pair it stores at 64. */
const onPairs = async (write: (b: FunctionBuilder) => void, target: Target): Promise<(inputs: readonly number[]) => number[]> => {
  const program = programBuilder();
  program.function("main", {}, write);
  const instance = await instantiate(program.finish(128), target);
  return (inputs) => {
    instance.f64.set(inputs, 2);
    instance.functions["main"]?.();
    return [...instance.f64.subarray(8, 10)];
  };
};
const [a, c, d] = [f64x2.load(16), f64x2.load(32), f64x2.load(48)] as const;
const special = fc.oneof(fc.constantFrom(0, -0, 1, -1, NaN, Infinity, -Infinity), fc.double());
const six = fc.array(special, { minLength: 6, maxLength: 6 });

const truths: Readonly<Record<Exclude<Comparison, "lessUnsigned">, (x: number, y: number) => boolean>> = {
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
  less: (x, y) => x < y,
  lessOrEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterOrEqual: (x, y) => x >= y,
};

describe.each(["wasm", "javascript"] as const)("pairs in %s", (target) => {
  it.each(Object.entries(truths))("choose by %s, lane by lane", async (operation, truth) => {
    const run = await onPairs((b) => b.store(64, f64x2.select(f64x2.comparison(operation as Comparison)(a, c), d, f64x2.const(7))), target);
    fc.assert(
      fc.property(six, (x) => {
        const at = (lane: number): number => (truth(x[lane] ?? 0, x[2 + lane] ?? 0) ? (x[4 + lane] ?? 0) : 7);
        expect(run(x)).toEqual([at(0), at(1)]);
      }),
    );
  });

  it("combine masks, keep them in locals and ask whether any lane is true", async () => {
    const run = await onPairs((b) => {
      const less = b.local("mask2", "less", f64x2.lt(a, c));
      const either = b.local("mask2", "either", mask2.or(mask2.not(less), mask2.and(less, f64x2.lt(c, d))));
      b.set(either, mask2.select(less, either, mask2.const(false)));
      b.store(64, f64x2.select(either, f64x2.const(1), f64x2.const(0)));
      b.if(mask2.any(either), () => b.store(64, f64x2.add(f64x2.load(64), f64x2.const(10))));
      b.set(either, mask2.const(true));
      b.store(64, f64x2.select(either, f64x2.load(64), f64x2.const(NaN)));
    }, target);
    expect(run([1, 1, 2, 0, 3, 5])).toEqual([11, 10]);
    expect(run([1, 1, 2, 2, 3, 1])).toEqual([11, 10]);
    expect(run([1, 1, 0, 2, 3, 3])).toEqual([10, 11]);
    expect(run([1, 1, 0, 0, 3, 3])).toEqual([0, 0]);
    expect(run([1, 1, 2, 2, 0, 0])).toEqual([0, 0]);
  });

  it("call elementary functions with the scalar's bits", async () => {
    const run = await onPairs((b) => {
      const pow: Value = { kind: "math", type: "f64x2", name: "pow", operands: [a, { kind: "math", type: "f64x2", name: "exp", operands: [c] }] };
      b.store(64, pow);
    }, target);
    fc.assert(
      fc.property(six, (x) => {
        expect(run(x)).toEqual([0, 1].map((lane) => elementaryNumber("pow", x[lane] ?? 0, elementaryNumber("exp", x[2 + lane] ?? 0))));
      }),
    );
  });

  it("pass through functions, and are read before they are written", async () => {
    const program = programBuilder();
    program.function("turn", { parameters: { x: "f64x2", by: "f64" }, result: "f64x2", exported: false }, (b, { x, by }) => {
      if (x && by) b.return(f64x2.sub(f64x2.mul(x, x), f64x2.splat(by)));
    });
    program.function("main", {}, (b) => {
      const x = b.local("f64x2", "x", f64x2.call("turn", a, f64.const(2)));
      b.set(x, f64x2.div(x, f64x2.splat(f64x2.sumLanes(x))));
      // The first lane of what is stored is where the second lane of what is read stands.
      b.store(64, f64x2.const(0));
      b.store(56, x);
      b.store(64, f64x2.load(56));
      b.if(i32.const(1), () => b.call("main2", x));
    });
    program.function("main2", { parameters: { x: "f64x2" }, exported: false }, (b, { x }) => {
      if (x) b.store(80, f64x2.neg(x));
    });
    const instance = await instantiate(program.finish(128), target);
    instance.f64.set([3, 5], 2);
    instance.functions["main"]?.();
    const [p, q] = [7 / 30, 23 / 30];
    expect([...instance.f64.subarray(8, 12)]).toEqual([p, q, -p, -q]);
  });
});

describe("four lanes", () => {
  it("compare, choose and call Math in f32", async () => {
    const program = programBuilder();
    const x = f32x4.load(16);
    program.function("main", {}, (b) => {
      const isLess = b.local("mask4", "isLess", f32x4.lt(x, f32x4.const(1)));
      b.store(32, f32x4.select(mask4.and(isLess, f32x4.ge(x, f32x4.const(0))), { kind: "math", type: "f32x4", name: "exp", operands: [x] }, f32x4.const(-1)));
      b.storeSingle(48, f64.add(f64.loadSingle(16), 1e-9));
    });
    const instance = await instantiate(program.finish(64));
    const single = new Float32Array(instance.f64.buffer);
    single.set([0.25, 1, -3, 0.75], 4);
    instance.functions["main"]?.();
    expect([...single.subarray(8, 13)]).toEqual([Math.exp(0.25), -1, -1, Math.exp(0.75), 0.25].map(Math.fround));
  });
});

const refused = async (write: (b: FunctionBuilder) => void, message: string): Promise<void> => {
  const program = programBuilder();
  program.function("main", {}, write);
  await expect(instantiate(program.finish(128))).rejects.toThrow(message);
};

describe("what lanes cannot be", () => {
  it("is refused by name", async () => {
    await refused((b) => b.store(16, f64x2.lt(a, c)), "memory does not hold masks");
    await refused((b) => b.store(16, f64x2.select(f32x4.lt(f32x4.load(16), f32x4.load(32)), a, c)), "a mask4 cannot choose between f64x2");
    await refused((b) => b.store(16, f64.select(f64x2.lt(a, c), 1, 2)), "a mask2 cannot choose between f64");
    await refused((b) => b.if(f64x2.lt(a, c), () => {}), "a condition must be i32, got mask2");
    await refused((b) => void b.local("mask2", "m", { kind: "constant", type: "mask2", value: 3 }), "a mask is 1 (every lane) or 0 (none), got 3");
    await refused((b) => b.store(16, { kind: "math", type: "f64x2", name: "exp", operands: [f64.const(1)] }), '"exp" takes f64x2, got f64');
  });
  it("told apart where a call gives a pair inside a larger value", () => {
    const program = programBuilder();
    program.function("pair", { result: "f64x2", exported: false }, (b) => b.return(f64x2.const(1)));
    program.function("main", {}, (b) => b.store(16, f64x2.add(f64x2.call("pair"), f64x2.const(1))));
    expect(() => scalarise(program.finish(64), "JavaScript")).toThrow('function "main": a call inside a pair');
  });
});
