import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoopLabel } from "../../src/kernel/builder.ts";
import { f64, i32, programBuilder } from "../../src/kernel/builder.ts";
import type { Instance } from "../../src/kernel/instance.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Local, Program, Value } from "../../src/kernel/program.ts";
import { widen } from "../../src/kernel/widen.ts";

/** Statements over four numbers, one truth and one counter. */
type Plan =
  | { readonly kind: "set"; readonly target: number; readonly left: number; readonly right: number; readonly operation: "add" | "sub" | "mul" | "min" }
  | { readonly kind: "store" | "load"; readonly target: number; readonly slot: number }
  | { readonly kind: "truth"; readonly left: number; readonly right: number }
  | { readonly kind: "if"; readonly left: number; readonly right: number; readonly useTruth: boolean; readonly then: readonly Plan[]; readonly otherwise: readonly Plan[] }
  | { readonly kind: "loop"; readonly body: readonly Plan[] }
  | { readonly kind: "leave"; readonly out: number; readonly left: number; readonly right: number }
  | { readonly kind: "return"; readonly left: number; readonly right: number }
  | { readonly kind: "call"; readonly target: number; readonly operand: number };

const pick = fc.nat({ max: 3 });
const { plans: planLists } = fc.letrec<{ plans: Plan[]; plan: Plan }>((tie) => ({
  plans: fc.array(tie("plan"), { minLength: 1, maxLength: 4 }),
  plan: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc.record({ kind: fc.constant("set" as const), target: pick, left: pick, right: pick, operation: fc.constantFrom("add" as const, "sub" as const, "mul" as const, "min" as const) }),
    fc.record({ kind: fc.constantFrom("store" as const, "load" as const), target: pick, slot: pick }),
    fc.record({ kind: fc.constant("truth" as const), left: pick, right: pick }),
    fc.record({ kind: fc.constant("leave" as const), out: fc.nat({ max: 1 }), left: pick, right: pick }),
    fc.record({ kind: fc.constant("call" as const), target: pick, operand: pick }),
    fc.record({ kind: fc.constant("if" as const), left: pick, right: pick, useTruth: fc.boolean(), then: tie("plans"), otherwise: tie("plans") }),
    fc.record({ kind: fc.constant("loop" as const), body: tie("plans") }),
    fc.record({ kind: fc.constant("return" as const), left: pick, right: pick }),
  ),
}));

/** Bytes of the scalar code's memory: four inputs, four slots, four results. */
const MEMORY = 16 + 8 * 12;
const ORIGIN = 256;

/** A program with `main(): f64` over the inputs, its lane version, and a counter that ends every loop. */
function programOf(list: readonly Plan[], lanes: "f64x2" | "f32x4"): Program {
  const program = programBuilder();
  program.function("bend", { parameters: { x: "f64", limit: "f64" }, result: "f64", exported: false }, (b, { x, limit }) => {
    if (!x || !limit) return;
    b.if(f64.gt(x, limit), () => b.return(f64.sub(x, limit)));
    b.store(16 + 8 * 7, x);
    b.return(f64.mul(x, 0.5));
  });
  program.function("main", {}, (b) => {
    const numbers = [0, 1, 2, 3].map((index) => b.local("f64", `x${index}`, f64.load(16 + 8 * index)));
    const at = (index: number): Local => numbers[index] ?? (numbers[0] as Local);
    const truth = b.local("i32", "truth", i32.const(0));
    const less = (left: number, right: number): Value => f64.lt(at(left), at(right));
    const loops: LoopLabel[] = [];
    const write = (plans: readonly Plan[]): void => {
      for (const plan of plans) {
        if (plan.kind === "set") b.set(at(plan.target), f64[plan.operation](at(plan.left), f64.mul(at(plan.right), 0.75)));
        else if (plan.kind === "store") b.store(48 + 8 * plan.slot, at(plan.target));
        else if (plan.kind === "load") b.set(at(plan.target), f64.load(48 + 8 * plan.slot));
        else if (plan.kind === "truth") b.set(truth, i32.or(i32.and(truth, less(plan.left, plan.right)), i32.isZero(f64.le(at(plan.right), 0.5))));
        else if (plan.kind === "call") b.set(at(plan.target), f64.call("bend", at(plan.operand), f64.const(0.25)));
        else if (plan.kind === "if") b.if(plan.useTruth ? truth : less(plan.left, plan.right), () => write(plan.then), () => write(plan.otherwise));
        else if (plan.kind === "return") b.if(less(plan.left, plan.right), () => b.return());
        else if (plan.kind === "loop") {
          const count = b.local("i32", "count", i32.const(0));
          b.loop((label) => {
            b.if(i32.ge(count, 3), () => b.break(label));
            loops.push(label);
            write(plan.body);
            loops.pop();
            b.set(count, i32.add(count, 1));
          });
        } else if (plan.kind === "leave") {
          const label = loops.at(-1 - plan.out);
          if (label !== undefined) b.if(less(plan.left, plan.right), () => b.break(label));
        }
        numbers.forEach((number, index) => b.store(80 + 8 * index, number));
      }
    };
    write(list);
  });
  const scalar = program.finish(1024);
  const wide = widen(scalar.functions, ["main"], { lanes, origin: ORIGIN, name: (name) => `${name} in lanes` });
  return { ...scalar, functions: [...scalar.functions, ...wide.map((each) => (each.name === "main in lanes" ? { ...each, exported: true } : each))] };
}

/** Whether sums, differences and minima of whole eighths stay exact in f32. */
const isExact = (list: readonly Plan[]): boolean => !JSON.stringify(list).includes('"mul"');

/** What the scalar code leaves in memory for one run. */
function alone(instance: Instance, inputs: readonly number[]): number[] {
  instance.f64.fill(0, 2, MEMORY / 8);
  instance.f64.set(inputs, 2);
  instance.functions["main"]?.();
  return [...instance.f64.subarray(2, MEMORY / 8)];
}

/** The same for several runs at once. */
function together(instance: Instance, runs: readonly (readonly number[])[]): number[][] {
  const width = runs.length;
  const view = width === 2 ? instance.f64 : new Float32Array(instance.f64.buffer);
  const first = (ORIGIN / 16) * width;
  view.fill(0, first, first + (MEMORY / 8) * width);
  runs.forEach((inputs, lane) => inputs.forEach((x, index) => void (view[first + (2 + index) * width + lane] = x)));
  instance.functions["main in lanes"]?.();
  return runs.map((_, lane) => Array.from({ length: MEMORY / 8 - 2 }, (_unused, index) => view[first + (2 + index) * width + lane] ?? NaN));
}

const inputs = fc.array(fc.oneof(fc.constantFrom(0, 1, -1, 0.5), fc.double({ min: -2, max: 2, noNaN: true })), { minLength: 4, maxLength: 4 });

describe("lanes of a scalar program", () => {
  it.each(["wasm", "javascript"] as const)("give each run the bits it has alone, wherever they part (%s)", async (target) => {
    await fc.assert(
      fc.asyncProperty(planLists, fc.array(fc.tuple(inputs, inputs), { minLength: 4, maxLength: 4 }), async (list, pairs) => {
        const instance = await instantiate(programOf(list, "f64x2"), target);
        for (const pair of pairs) expect(together(instance, pair)).toEqual(pair.map((run) => alone(instance, run)));
      }),
      { numRuns: 150 },
    );
  });

  it("take the same ways in f32, where numbers are whole and small", async () => {
    const whole = fc.array(fc.integer({ min: -16, max: 16 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(planLists.filter(isExact), fc.tuple(whole, whole, whole, whole), async (list, runs) => {
        const instance = await instantiate(programOf(list, "f32x4"));
        const separate = runs.map((run) => alone(instance, run));
        fc.pre(separate.flat().every((x) => Math.fround(x) === x && Math.abs(x) < 2 ** 10));
        expect(together(instance, runs)).toEqual(separate);
      }),
      { numRuns: 100 },
    );
  });
});

const refusal = (write: Parameters<ReturnType<typeof programBuilder>["function"]>[2], result?: "i32" | "f64"): (() => unknown) => {
  const program = programBuilder();
  program.function("main", result ? { result } : {}, write);
  const { functions } = program.finish(64);
  return () => widen(functions, ["main"], { lanes: "f64x2", origin: 64, name: (name) => `${name} in lanes` });
};

describe("what cannot be computed in lanes", () => {
  it("is refused by name", () => {
    const x = f64.load(16);
    expect(refusal((b) => b.store(i32.fromF64(x), x))).toThrow('function "main": "toI32" of what differs between lanes cannot be computed in lanes');
    expect(refusal((b) => b.return(f64.lt(x, 1)), "i32")).toThrow("a whole number that differs between lanes");
    expect(refusal((b) => b.if(f64.lt(x, 1), () => b.store(40, i32.const(1))))).toThrow("a whole number stored for some lanes only");
    expect(
      refusal((b) => {
        const count = b.local("i32", "count", i32.const(0));
        b.loop((label) => {
          b.set(count, i32.add(count, 1));
          b.if(f64.lt(x, f64.fromI32(count)), () => b.break(label));
        });
        b.store(24, f64.fromI32(count));
      }),
    ).toThrow("whole number");
  });
});
