import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, f64x2, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeMemory } from "./memory.ts";
import type { ExtraStages, Tableau } from "./method.ts";
import { memoryVectors, weighted } from "./vector.ts";

/** States up to which the components are written out instead of as a loop. */
const UNROLL = 8;

/** What numbers and pairs of them have in common. */
type Arithmetic = Pick<typeof f64, "add" | "mul" | "const" | "load">;

/** θ (c₁ + θ (c₂ + …)): one stage's weight in the continuous output; null when it is always 0. */
export function denseWeight(coefficients: readonly number[], theta: Value, { add, mul, const: constant }: Arithmetic = f64): Value | null {
  let value: Value | null = null;
  for (const coefficient of coefficients.toReversed()) {
    if (value) value = coefficient === 0 ? value : add(coefficient, value);
    else if (coefficient !== 0) value = constant(coefficient);
    if (value) value = mul(theta, value);
  }
  return value;
}

/** Sum by halves: short chains of additions, which a processor overlaps. Null of nothing. */
function pairwise(terms: readonly Value[], add: Arithmetic["add"]): Value | null {
  const [only] = terms;
  if (terms.length <= 1) return only ?? null;
  const half = terms.length >> 1;
  const [left, right] = [pairwise(terms.slice(0, half), add), pairwise(terms.slice(half), add)];
  return left && right && add(left, right);
}

/** Names of the vectors that steps with extra stages keep: the step's time, and 1 where its extra stages are taken already (first components). */
export const extraMemory = { time: "extraTime", taken: "extraTaken", state: "extraState", stage: (index: number): string => `extraStage${index}` } as const;

/** Addresses of all stages, those of the step and then the extra ones. */
export function stageAddresses({ nodes, extra }: Tableau, memory: OdeMemory): number[] {
  const own = nodes.map((_, index) => memory.stages + 8 * memory.stateCount * index);
  return [...own, ...(extra?.nodes ?? []).map((_, index) => memory.vector(extraMemory.stage(index)))];
}

/** Writes `takeExtraStages(h: f64)`: the stages that only the continuous output needs, once in a step. */
function writeExtraStages(program: ProgramBuilder, tableau: Tableau, extra: ExtraStages, memory: OdeMemory): void {
  const addresses = stageAddresses(tableau, memory);
  const [time, taken, state] = [extraMemory.time, extraMemory.taken, extraMemory.state].map((name) => memory.vector(name)) as [number, number, number];
  program.function("takeExtraStages", { parameters: { h: "f64" } }, (b, { h }) => {
    if (!h) return;
    b.if(f64.ne(f64.load(taken), 0), () => b.return());
    const vectors = memoryVectors(b, memory.stateCount, memory.vector);
    extra.nodes.forEach((node, index) => {
      vectors.assign({ kind: "memory", address: state }, (of) => {
        const change = weighted(extra.a[index] ?? [], (j) => of({ kind: "memory", address: addresses[j] ?? 0 }));
        return f64.add(of({ kind: "memory", address: memory.state }), f64.mul(h, change ?? f64.const(0)));
      });
      b.call("rhs", i32.const(addresses[tableau.nodes.length + index] ?? 0), f64.add(f64.load(time), f64.mul(node, h)), i32.const(state));
    });
    b.store(taken, f64.const(1));
  });
}

/**
 * Writes `interpolate(target: i32, theta: f64, h: f64)`: the state at t + θh inside the step that was attempted last,
 * read from the state before it and its stages. Two components at a time, the weights too: a processor has a pair of
 * coefficients from memory where it builds a number in code, and the weight of a pair is then there at once.
 */
export function writeInterpolate(program: ProgramBuilder, tableau: Tableau, memory: OdeMemory): void {
  const size = memory.stateCount;
  const { extra } = tableau;
  if (extra && size > 0) writeExtraStages(program, tableau, extra, memory);
  const addresses = stageAddresses(tableau, memory);
  program.function("interpolate", { parameters: { target: "i32", theta: "f64", h: "f64" } }, (b, { target, theta, h }) => {
    if (!target || !theta || !h || size === 0) return;
    if (extra) b.call("takeExtraStages", h);
    const [type, arithmetic, spread]: ["f64" | "f64x2", Arithmetic, (value: Value) => Value] = size === 1 ? ["f64", f64, (value) => value] : ["f64x2", f64x2, f64x2.splat];
    const at = b.local(type, "theta", spread(theta));
    const step = tableau.stageUnit === "rate" ? b.local(type, "h", spread(h)) : null;
    const used = tableau.dense.flatMap((coefficients, index) => {
      const weight = denseWeight(coefficients, at, arithmetic);
      return weight ? [{ weight: b.local(type, `weight${index}`, step ? arithmetic.mul(step, weight) : weight), address: addresses[index] ?? 0 }] : [];
    });
    const stateAt = (load: (address: number) => Value): Value => {
      const change = pairwise(used.map(({ weight, address }) => arithmetic.mul(weight, load(address))), arithmetic.add);
      return change ? arithmetic.add(load(memory.state), change) : load(memory.state);
    };
    const write = (offset: number): void => b.store(target, stateAt((address) => arithmetic.load(address + offset)), offset);
    const pairs = size >> 1;
    if (size <= UNROLL) for (let pair = 0; pair < pairs; pair++) write(16 * pair);
    else {
      // Two pairs a turn: what a loop takes beside them is a fifth of one.
      if (pairs % 2 === 1) write(0);
      const [offset, to] = [b.local("i32", "offset", i32.const(16 * (pairs % 2))), b.local("i32", "to", i32.add(target, 16 * (pairs % 2)))];
      b.loop((loop) => {
        for (const next of [0, 16]) b.store(to, stateAt((address) => f64x2.load(offset, address + next)), next);
        b.set(to, i32.add(to, 32));
        b.set(offset, i32.add(offset, 32));
        b.if(i32.ge(offset, 16 * pairs), () => b.break(loop));
      });
    }
    // The pair that the last component is in begins at the one before it.
    if (size % 2 === 1) write(8 * Math.max(0, size - 2));
  });
}
