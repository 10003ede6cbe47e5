import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import { writePair } from "../../kernel/pairs.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeMemory } from "./memory.ts";
import type { ExtraStages, Tableau } from "./method.ts";
import { memoryVectors, weighted } from "./vector.ts";

/** States up to which the components are written out instead of as a loop. */
const UNROLL = 8;

/** θ (c₁ + θ (c₂ + …)): one stage's weight in the continuous output; null when it is always 0. */
export function denseWeight(coefficients: readonly number[], theta: Value): Value | null {
  let value: Value | null = null;
  for (const coefficient of coefficients.toReversed()) {
    if (value) value = coefficient === 0 ? value : f64.add(coefficient, value);
    else if (coefficient !== 0) value = f64.const(coefficient);
    if (value) value = f64.mul(theta, value);
  }
  return value;
}

/** Sum by halves: short chains of additions, which a processor overlaps. Null of nothing. */
function pairwise(terms: readonly Value[]): Value | null {
  const [only] = terms;
  if (terms.length <= 1) return only ?? null;
  const half = terms.length >> 1;
  const [left, right] = [pairwise(terms.slice(0, half)), pairwise(terms.slice(half))];
  return left && right && f64.add(left, right);
}

const loadAt = (offset: Value | number, address: number): Value => (typeof offset === "number" ? f64.load(address + offset) : f64.load(offset, address));

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
 * read from the state before it and its stages.
 */
export function writeInterpolate(program: ProgramBuilder, tableau: Tableau, memory: OdeMemory): void {
  const size = memory.stateCount;
  const { extra } = tableau;
  if (extra && size > 0) writeExtraStages(program, tableau, extra, memory);
  const addresses = stageAddresses(tableau, memory);
  program.function("interpolate", { parameters: { target: "i32", theta: "f64", h: "f64" } }, (b, { target, theta, h }) => {
    if (!target || !theta || !h || size === 0) return;
    if (extra) b.call("takeExtraStages", h);
    const weights = tableau.dense.map((coefficients, index) => {
      const weight = denseWeight(coefficients, theta);
      return weight && b.local("f64", `weight${index}`, tableau.stageUnit === "rate" ? f64.mul(h, weight) : weight);
    });
    const used = weights.flatMap((weight, index) => (weight ? [{ weight, address: addresses[index] ?? 0 }] : []));
    const change = (offset: Value | number): Value => pairwise(used.map(({ weight, address }) => f64.mul(weight, loadAt(offset, address)))) ?? f64.const(0);
    if (size <= UNROLL) {
      for (let i = 0; i < size; i++) b.store(target, f64.add(f64.load(memory.state + 8 * i), change(8 * i)), 8 * i);
      return;
    }
    const offset = b.local("i32", "offset", i32.const(0));
    b.loop((loop) => {
      b.store(target, writePair(b, offset, () => f64.add(f64.load(offset, memory.state), change(offset))));
      b.set(target, i32.add(target, 16));
      b.set(offset, i32.add(offset, 16));
      b.if(i32.ge(offset, 8 * (size - 1)), () => b.break(loop));
    });
    if (size % 2 === 1) b.store(target, f64.add(f64.load(memory.state + 8 * (size - 1)), change(8 * (size - 1))));
  });
}
