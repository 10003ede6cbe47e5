import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { compileIndependentSolver } from "../../src/solvers/independent-solver.ts";
import { differenceErrors } from "../../src/solvers/independent-errors.ts";
import { expandInto, expansionOf, reduceInto, totalsInto } from "../../src/solvers/independent-expansion.ts";
import { independentStates, totalsOf } from "../../src/solvers/independent-states.ts";
import { odeMethods, oneStepMethods } from "../../src/solvers/ode/index.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { systemFrom } from "./ode/event-model.ts";
import { decayChain, decayChainAt, problemOf, robertson } from "./problems.ts";

const tight = { rtol: 1e-10, atol: 1e-13 };
const textOf = (text: string): OdeSystem => systemOfNetwork(networkOfText(text));
const enzyme = "R1: E + S -> C; k1*E*S - k2*C; R2: C -> E + P; k3*C; k1 = 10; k2 = 1; k3 = 2; E = 1; S = 5; C = 0; P = 0";

/** Largest difference of two tables, relative to the largest value. */
function apart(a: Float64Array, b: Float64Array): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0) / scale;
}

describe("a system without its dependent states", () => {
  it("loses one state for each law, the largest at the start, and knows the totals", () => {
    const reduced = independentStates(textOf(enzyme));
    expect(reduced?.laws).toHaveLength(2);
    expect(reduced?.system.states).toEqual(["C", "P"]);
    expect(reduced?.system.parameters.slice(-2).toSorted()).toEqual(["total with E", "total with S"]);
    expect(reduced?.system.parameterValues.slice(-2).toSorted()).toEqual([1, 5]);
  });

  it("is none where nothing is conserved, where a law is too long, and where an event or a parameter breaks it", () => {
    expect(independentStates(textOf("R: A -> ; k*A; k = 1; A = 1"))).toBeNull();
    expect(independentStates(textOf(enzyme), { longest: 2 })?.system.states).toHaveLength(3);
    expect(independentStates(textOf(enzyme), { longest: 1 })).toBeNull();
    // k = 0 keeps A + B for now; another k does not.
    expect(independentStates(textOf("R: A -> B; A - B; D: A -> ; k*A; k = 0; A = 1; B = 1"))).toBeNull();
    expect(independentStates(systemFrom("A -> B; k*A; at time > 1: A = 2; k = 1; A = 1; B = 0"))).toBeNull();
  });

  it("weights by compartments only where their sizes are not parameters of the law", () => {
    const several = textOf("compartment V1 = 2; compartment V2 = 3; species A in V1 = 1; species B in V2 = 0; R: A -> B; k*V1*A - k2*V2*B; k = 1; k2 = 2");
    expect(independentStates(several)).toBeNull();
  });
});

describe("all states from those that are left", () => {
  it("are what the laws say, to the last bit, in every row", () => {
    const weight = fc.integer({ min: -3, max: 3 });
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ weights: fc.array(weight, { minLength: 6, maxLength: 6 }), own: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        (drawn, rows) => {
          // State i is that of law i, and no other law holds it.
          const laws = drawn.map(({ weights, own }, dependent) => ({ dependent, weights: Float64Array.from(weights, (each, state) => (state === dependent ? own : state < drawn.length ? 0 : each)) }));
          const kept = [0, 1, 2, 3, 4, 5].slice(laws.length);
          const expansion = expansionOf({ system: decayChain, kept, laws }, 6);
          const left = Float64Array.from(rows.flatMap((row) => row.slice(laws.length)));
          const first = Float64Array.from(rows[0] ?? []);
          const [totals, start, whole] = [new Float64Array(laws.length), new Float64Array(kept.length), new Float64Array(6 * rows.length)];
          totalsInto(totals, expansion, first);
          reduceInto(start, expansion, first);
          expandInto(whole, expansion, left, totals);
          expect(start).toEqual(first.slice(laws.length));
          rows.forEach((row, at) => {
            expect([...whole.subarray(6 * at + laws.length, 6 * at + 6)]).toEqual(row.slice(laws.length));
            laws.forEach(({ weights, dependent }, law) => {
              const rest = kept.reduce((sum, state) => sum - (weights[state] ?? 0) * (row[state] ?? 0), totals[law] ?? 0);
              // Terms of weight 0 change nothing but the sign of a zero.
              expect((whole[6 * at + dependent] ?? NaN) + 0).toBe(rest / (weights[dependent] ?? 0) + 0);
              expect((totals[law] ?? NaN) + 0).toBe(kept.reduce((sum, state) => sum + (weights[state] ?? 0) * (first[state] ?? 0), (weights[dependent] ?? 0) * (first[dependent] ?? 0)) + 0);
            });
          });
        },
      ),
    );
  });

  it("that are small differences are told, with what they leave of the tolerances", () => {
    const laws = [{ dependent: 0, weights: Float64Array.of(2, 1, 4, 0) }];
    const trajectory = { states: ["A", "B", "C", "D"], times: Float64Array.of(0, 5), values: Float64Array.of(10, 1, 0, 7, 0, 20, 1, 7) };
    const found = differenceErrors({ laws }, trajectory, { rtol: 0.1, atol: 0.01 });
    // At time 5: (1/2)(0.01 + 2) + (4/2)(0.01 + 0.1), over 0.01.
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ state: "A", time: 5 });
    // A dozen roundings.
    expect(Math.abs((found[0]?.ratio ?? NaN) / 122.5 - 1)).toBeLessThan(12 * Number.EPSILON);
  });

  it("are solved for where nothing changes at all", async () => {
    const still = textOf("A = 3; B = 4; R: A -> B; 0*k; k = 1");
    const solver = await compileIndependentSolver(still, { method: rodas5p });
    expect([...solver.solve(problemOf(still, [1])).final]).toEqual([3, 4]);
  });
});

describe("solving without dependent states", () => {
  it.each(Object.values(odeMethods))("by $facts.id gives the closed form of a chain and keeps its total to rounding", async (method) => {
    const solver = await compileIndependentSolver(decayChain, { method, control: { rtol: 1e-8, atol: 1e-10 } });
    const { values, times, states, status } = solver.solve(problemOf(decayChain, [0, 0.5, 1, 3, 10]));
    expect([status.status, states]).toEqual(["done", ["A", "B", "C"]]);
    times.forEach((t, row) => {
      const found = values.subarray(3 * row, 3 * row + 3);
      decayChainAt(t).forEach((value, state) => expect(Math.abs((found[state] ?? NaN) - value)).toBeLessThan(1e-6));
      expect(Math.abs(found.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(4 * Number.EPSILON);
    });
  });

  it("agrees with the whole system on every model of the zoo that conserves something", async () => {
    let reducedModels = 0;
    for (const { network } of Object.values(zoo)) {
      const system = systemOfNetwork(network);
      if (independentStates(system) === null) continue;
      reducedModels++;
      const problem = { parameters: Float64Array.from(system.parameterValues), state: initialState(system), times: Float64Array.of(0.1, 1, 2) };
      const [small, whole] = await Promise.all([compileIndependentSolver(system, { method: rodas5p, control: tight }), compileSolver(system, { method: rodas5p, control: tight })]);
      expect(apart(small.solve(problem).values, whole.solve(problem).values), system.id).toBeLessThan(1e-7);
    }
    expect(reducedModels).toBeGreaterThan(1);
  });

  it("takes other starts and parameters than the model's", async () => {
    const system = textOf(enzyme);
    const [small, whole] = await Promise.all([compileIndependentSolver(system, { method: rodas5p, control: tight }), compileSolver(system, { method: rodas5p, control: tight })]);
    const amount = fc.double({ min: 0, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(amount, { minLength: 4, maxLength: 4 }), fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }), (start, constants) => {
        const problem = { parameters: Float64Array.from(constants), state: Float64Array.from(start), times: Float64Array.of(0.3, 3) };
        const [a, b] = [small.solve(problem), whole.solve(problem)];
        expect(apart(a.values, b.values) || 0).toBeLessThan(1e-7);
        const laws = independentStates(system)?.laws ?? [];
        const [before, after] = [totalsOf(laws, problem.state), totalsOf(laws, a.final)];
        before.forEach((total, law) => expect(Math.abs((after[law] ?? NaN) - total)).toBeLessThanOrEqual(16 * Number.EPSILON * (1 + start.reduce((sum, value) => sum + value, 0))));
      }),
      { numRuns: 40 },
    );
  });

  it("keeps Robertson's mass over eleven decades", async () => {
    const solver = await compileIndependentSolver(robertson, { method: rodas5p, control: { rtol: 1e-6, atol: 1e-10 } });
    const { final, status } = solver.solve(problemOf(robertson, [1e11]));
    expect(status.status).toBe("done");
    expect(final.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14);
    // What is left of A has the absolute error of the others, however small it is.
    expect(Math.abs(final[0] ?? NaN)).toBeLessThan(1e-6);
  });

  it("follows events that assign nothing conserved, records all states and replays", async () => {
    const system = systemFrom("A -> B; k*A - B; => D; 1; at B > 0.25: D = 7; k = 1; A = 1; B = 0; D = 0");
    const [small, whole] = await Promise.all([compileIndependentSolver(system, { method: rodas5p, control: tight }), compileSolver(system, { method: rodas5p, control: tight })]);
    expect(independentStates(system)?.system.states).toHaveLength(2);
    expect(apart(small.solve(problemOf(system, [0.1, 1, 2])).values, whole.solve(problemOf(system, [0.1, 1, 2])).values)).toBeLessThan(1e-7);
    for (const method of Object.values(oneStepMethods)) {
      const solver = await compileIndependentSolver(decayChain, { method, record: true });
      const problem = problemOf(decayChain, [2]);
      const run = solver.begin(problem);
      while (run.status.status === "paused") run.advance(1000);
      const { count, states, steps } = run.tape();
      const { final } = run.trajectory();
      expect(states).toHaveLength(3 * count);
      expect([...states.subarray(0, 3)]).toEqual([1, 0, 0]);
      expect(solver.solve({ ...problem, steps: Float64Array.from(steps) }).final).toEqual(final);
    }
  });

  it("gives no negative amounts where none are wanted, dependent ones neither", async () => {
    const sink = textOf("R1: A -> B; k1*A; R2: B + C -> D; k2*B*C; R3: D -> C; k3*D; k1 = 50; k2 = 1000; k3 = 1; A = 1; B = 0; C = 0.5; D = 0");
    expect(independentStates(sink)?.laws.length).toBeGreaterThan(0);
    const times = Array.from({ length: 200 }, (_, index) => 0.05 * (index + 1));
    for (const method of Object.values(odeMethods)) {
      const solver = await compileIndependentSolver(sink, { method, nonNegative: true, control: { rtol: 1e-2, atol: 1e-3 } });
      const { values } = solver.solve(problemOf(sink, times));
      expect(values.reduce((low, value) => Math.min(low, value), 0), method.facts.id).toBe(0);
    }
  });

  it("refuses what does not fit the whole system, and is the plain solver where nothing is conserved", async () => {
    const solver = await compileIndependentSolver(decayChain, { method: rodas5p });
    expect(() => solver.solve({ ...problemOf(decayChain, [1]), state: Float64Array.of(1, 0) })).toThrow('solver of "decay-chain": 2 initial values for 3 states (A, B, C)');
    const open = textOf("R: A -> ; k*A; k = 1; A = 1");
    const plain = await compileIndependentSolver(open, { method: rodas5p, control: tight });
    expect(plain.solve(problemOf(open, [1])).final[0]).toBeCloseTo(Math.exp(-1), 8);
  });
});
