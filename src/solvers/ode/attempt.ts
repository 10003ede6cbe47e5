import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lowerFunction } from "../../kernel/lower-function.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import { OPERATIONS_PER_FUNCTION, chunk, operationCount } from "./chunk.ts";
import { orderedLu } from "./elimination-order.ts";
import { extraMemory } from "./interpolate.ts";
import { jacobianOf } from "./jacobian.ts";
import type { LinearWriter, Resolve } from "./linear.ts";
import { localLinear, memoryLinear } from "./linear.ts";
import type { OdeMemory } from "./memory.ts";
import type { OdeMethod } from "./method.ts";
import type { Component, Vector, VectorWriter } from "./vector.ts";
import { localVectors, memoryVectors, weighted } from "./vector.ts";

/** Systems up to this many states, with right-hand sides of up to this many operations, keep a whole step in locals. */
const LOCAL_STATES = 10;
/** States times stages up to which that is faster: more values than this spill anyway. */
const LOCAL_VALUES = 64;
const LOCAL_OPERATIONS = 250;
/** States up to which a stage's rates and what they are made from fit the registers. */
const REGISTER_STATES = 4;
/** Relative accuracy below which an iteration sees nothing but rounding: a few hundred units in the last place. */
const ROUNDING = 1e-13;
const NONE: Vector = { kind: "locals", components: [] };

/** Resolves a system's symbols: time, states in memory at an address, parameters in the solver's memory. */
export function resolverFor(system: OdeSystem, memory: OdeMemory): (time: Value, state: (index: number) => Value) => Resolve {
  const states = new Map(system.states.map((id, index) => [id, index]));
  const parameters = new Map(system.parameters.map((id, index) => [id, index]));
  return (time, state) => (name) => {
    if (name === "time") return time;
    const stateIndex = states.get(name);
    if (stateIndex !== undefined) return state(stateIndex);
    const parameterIndex = parameters.get(name);
    if (parameterIndex !== undefined) return f64.load(memory.parameters + 8 * parameterIndex);
    throw new Error(`system "${system.id}": "${name}" is neither a state, a parameter nor time; declare it in the model`);
  };
}

/**
 * Writes `rhs(target: i32, time: f64, state: i32)`: the rates of the system at a state in memory, which `target` must not overlap.
 * With `layout`, alike rates such as those of dense layers may be computed two at a time.
 */
export function writeRhs(program: ProgramBuilder, system: OdeSystem, resolve: ReturnType<typeof resolverFor>, layout: MemoryLayout | null = null): void {
  const parameters = { target: "i32", time: "f64", state: "i32" } as const;
  const rates = system.rhs.map((expression, index) => ({ expression, index }));
  const parts = chunk(rates, (rate) => rate.expression, OPERATIONS_PER_FUNCTION);
  const write = (name: string, part: typeof rates): void =>
    lowerFunction(
      program,
      name,
      parameters,
      part.map((rate) => rate.expression),
      ({ target, time, state }) => ({
        resolve: resolve(time, (index) => f64.load(state, 8 * index)),
        target: (which) => ({ address: target, offset: 8 * (part[which]?.index ?? 0) }),
      }),
      layout,
    );
  const [only, ...more] = parts;
  if (more.length === 0) return write("rhs", only ?? []);
  parts.forEach((part, index) => write(`rhs${index}`, part));
  program.function("rhs", { parameters }, (b, { target, time, state }) => {
    if (!target || !time || !state) return;
    parts.forEach((_, index) => b.call(`rhs${index}`, target, time, state));
  });
}

/** Whether a whole step stays in locals, its rates too, which are then not those of `rhs`. */
export function stepsInLocals(system: OdeSystem, method: OdeMethod): boolean {
  const size = system.states.length;
  if (size > LOCAL_STATES || size * method.tableau.nodes.length > LOCAL_VALUES) return false;
  const slopes = method.facts.factorizationsPerStep > 0 ? jacobianOf(system).entries.map(({ expression }) => expression) : [];
  return operationCount([...system.rhs, ...slopes]) <= LOCAL_OPERATIONS;
}

/**
 * Writes `attempt(t: f64, h: f64): f64`: one attempted step from the state in memory; returns the scaled error, NaN when something in it is not finite.
 * With `exactly`, a method that iterates goes on until rounding ends it.
 */
export function writeAttempt(program: ProgramBuilder, layout: MemoryLayout, system: OdeSystem, method: OdeMethod, memory: OdeMemory, errorStates: number, nonNegative = false, exactly = false): void {
  const size = system.states.length;
  const resolve = resolverFor(system, memory);
  const jacobian = method.facts.factorizationsPerStep > 0 ? jacobianOf(system) : null;
  const pattern = system.states.map((_, row) => (jacobian?.entries ?? []).filter((entry) => entry.row === row).map((entry) => entry.column));
  const lu = orderedLu(pattern, jacobian ? method.facts.rhsPerStep : 0);
  const inLocals = stepsInLocals(system, method);
  const signature = { parameters: { t: "f64", h: "f64" }, result: "f64" } as const;
  const yMemory: Vector = { kind: "memory", address: memory.state };
  const nextMemory: Vector = { kind: "memory", address: memory.next };
  const stageMemory = method.tableau.nodes.map((_, index): Vector => ({ kind: "memory", address: memory.stages + 8 * size * index }));

  const norms = (b: FunctionBuilder, vectors: VectorWriter, y: Vector) => {
    const rtol = b.local("f64", "rtol", f64.load(memory.real.rtol));
    const atol = b.local("f64", "atol", f64.load(memory.real.atol));
    const visible = b.local("f64", "visible", f64.max(rtol, ROUNDING));
    const ratio = b.local("f64", "ratio");
    const share = 1 / Math.max(1, errorStates);
    const scaled = (of: (vector: Vector) => Value, component: Component, other: Vector, relative: Value): Value =>
      squared(b, ratio, f64.div(component(of), f64.add(atol, f64.mul(relative, f64.max(f64.abs(of(y)), f64.abs(of(other)))))));
    return {
      tolerated: (component: Component, state: Vector): Value => f64.sqrt(f64.mul(share, vectors.sum(0, errorStates, (of) => scaled(of, component, state, visible)))),
      rounded: (component: Component, state: Vector): Value =>
        f64.sqrt(f64.mul(1 / Math.max(1, size), vectors.sum(0, size, (of) => squared(b, ratio, f64.div(component(of), f64.add(atol, f64.max(f64.abs(of(y)), f64.abs(of(state))))))))),
      /** Returns the scaled error of the attempt. */
      judge(estimate: Component, coarse: Component | null, next: Vector): void {
        // A step that makes an amount more negative than it was has at least that error, whatever the estimate says.
        const error: Component = nonNegative ? (of) => f64.max(f64.abs(estimate(of)), f64.sub(f64.min(of(y), 0), of(next))) : estimate;
        // 0 * next is 0 unless the new state overflowed, which an error estimate over a huge scale would hide.
        let total: Value = vectors.sum(0, errorStates, (of) => f64.add(scaled(of, error, next, rtol), f64.mul(0, of(next))));
        if (errorStates < size) total = f64.add(total, vectors.sum(errorStates, size, (of) => f64.mul(0, of(next))));
        if (!coarse) return b.return(f64.sqrt(f64.mul(share, total)));
        const fine = b.local("f64", "fine", total);
        const both = b.local("f64", "both", f64.add(fine, f64.mul(0.01, vectors.sum(0, errorStates, (of) => scaled(of, coarse, next, rtol)))));
        // Where both vanish so does the error; what is not a number stays so.
        b.return(f64.select(f64.eq(both, 0), 0, f64.div(f64.mul(Math.sqrt(share), fine), f64.sqrt(both))));
      },
    };
  };
  const coarseError = (h: Value, stages: readonly Vector[]): Component | null => {
    const weights = method.tableau.coarseError;
    if (!weights) return null;
    return (of) => f64.mul(h, weighted(weights, (j) => of(stages[j] ?? NONE)) ?? f64.const(0));
  };
  const stageTimes = (b: FunctionBuilder, t: Value, h: Value) => (node: number): Local => {
    const time = b.local("f64", "stageTime", f64.add(t, f64.mul(node, h)));
    if (node > 1) b.if(f64.ge(time, f64.load(i32.load(memory.integer.breakpointAddress))), () => b.set(time, f64.add(t, h)));
    return time;
  };
  /** What `interpolate` finds when it first asks about this step. */
  const noteStep = (b: FunctionBuilder, t: Value): void => {
    if (!method.tableau.extra) return;
    b.store(memory.vector(extraMemory.time), t);
    b.store(memory.vector(extraMemory.taken), f64.const(0));
  };

  const resolveIn = (time: Value, state: Vector): Resolve =>
    resolve(time, (index) => (state.kind === "locals" ? (state.components[index] ?? f64.const(NaN)) : f64.load(state.address + 8 * index)));

  if (inLocals) {
    program.function("attempt", { ...signature, isFullOfNumbers: true }, (b, { t, h }) => {
      if (!t || !h) return;
      const vectors = localVectors(b, size);
      const y = vectors.scratch("y");
      const next = vectors.scratch("next");
      const stages = stageMemory.map((_, index) => vectors.scratch(`stage${index}_`));
      vectors.assign(y, (of) => of(yMemory));
      const [first] = stages;
      const [firstMemory] = stageMemory;
      if (method.facts.firstSameAsLast && first && firstMemory) vectors.assign(first, (of) => of(firstMemory));
      const written = jacobian ? localLinear(b, jacobian, lu, resolveIn(t, y)) : noLinear(method);
      // Stages go to memory as soon as they are final, not at the end, and so does each rate of systems that fill the registers: a compiler
      // that meets all stores at the end moves every load, parameters of all stages included, before the first sum, where
      // they fill the stack (V8 11: a tenth of a step of 8 states).
      const kept = new Set<Vector>();
      const keep = (vector: Vector): void => {
        const target = stageMemory[stages.indexOf(vector)];
        if (!target) return;
        vectors.assign(target, (of) => of(vector));
        kept.add(vector);
      };
      const linear: LinearWriter = {
        ...written,
        solve(target, addend) {
          written.solve(target, addend);
          if (method.rosenbrock) keep(target);
        },
      };
      const rhs = (target: Vector, time: Value, state: Vector): void => {
        if (target.kind !== "locals") return;
        lowerEach(b, system.rhs, resolveIn(time, state), (index, value) => {
          const local = target.components[index];
          if (!local) return;
          b.set(local, value);
          if (size > REGISTER_STATES) b.store(memory.spare + 8 * index, local);
        });
        if (!jacobian) keep(target);
      };
      const { tolerated, rounded, judge } = norms(b, vectors, y);
      const error = method.step({ b, vectors, t, h, y, next, stages, rhs, stageTime: stageTimes(b, t, h), linear, tolerated, rounded, exactly });
      stageMemory.forEach((target, index) => {
        const stage = stages[index];
        if (stage && !kept.has(stage)) vectors.assign(target, (of) => of(stage));
      });
      vectors.assign(nextMemory, (of) => of(next));
      noteStep(b, t);
      judge(error, coarseError(h, stages), next);
    });
    return;
  }

  const linearAt = jacobian ? memoryLinear(program, layout, jacobian, lu, (time, state) => resolve(time, (index) => f64.load(state, 8 * index)), memory.vector) : null;
  program.function("attempt", signature, (b, { t, h }) => {
    if (!t || !h) return;
    const vectors = memoryVectors(b, size, memory.vector);
    const rhs = (target: Vector, time: Value, state: Vector): void => {
      if (target.kind === "memory" && state.kind === "memory") b.call("rhs", i32.const(target.address), time, i32.const(state.address));
    };
    const linear = linearAt ? linearAt(b, t, memory.state) : noLinear(method);
    const { tolerated, rounded, judge } = norms(b, vectors, yMemory);
    const error = method.step({ b, vectors, t, h, y: yMemory, next: nextMemory, stages: stageMemory, rhs, stageTime: stageTimes(b, t, h), linear, tolerated, rounded, exactly });
    noteStep(b, t);
    judge(error, coarseError(h, stageMemory), nextMemory);
  });
}

function squared(b: FunctionBuilder, scratch: Parameters<FunctionBuilder["set"]>[0], value: Value): Value {
  b.set(scratch, value);
  return f64.mul(scratch, scratch);
}

/** For methods whose facts promise no factorization. */
function noLinear(method: OdeMethod): LinearWriter {
  const refuse = (): never => {
    throw new Error(`method ${method.facts.id}: facts.factorizationsPerStep is 0, yet its step asks for linear algebra`);
  };
  return { factor: refuse, solve: refuse, timeDerivative: null };
}
