import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readAgents } from "../../src/experiments/agent.ts";
import { runProtocol } from "../../src/experiments/flow.ts";
import { initialState } from "../../src/models/initial-state.ts";
import type { Flow, FlowProblem } from "../../src/experiments/flow.ts";
import { orderEffect } from "../../src/experiments/order-effect.ts";
import { instrument } from "../../src/experiments/perturbation.ts";
import type { Instrumented } from "../../src/experiments/perturbation.ts";
import { mergeSegments, protocolDuration } from "../../src/experiments/protocol.ts";
import type { Segment } from "../../src/experiments/protocol.ts";
import { formatDesignProblem } from "../../src/experiments/problem.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import { readReactionText } from "../../src/models/text.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/index.ts";
import type { OdeSolver } from "../../src/solvers/ode/solver.ts";

const rtol = 1e-8;
/**
 * Every path below contracts (each species decays), so the error of a flow is a few local errors, not their exponential growth;
 * dense output of order 4 between steps costs about another factor of ten.
 */
const hundredRtol = 100 * rtol;

const networkOf = (text: string): Network => {
  const read = readReactionText(text);
  if (read.network === undefined) throw new Error(read.problems.map((problem) => problem.message).join("\n"));
  return read.network;
};
const solverOf = async (network: Network): Promise<OdeSolver> => {
  const made = odeSystem(network);
  if (made.system === undefined) throw new Error(made.problems.map((problem) => problem.message).join("\n"));
  return compileSolver(made.system, { method: tsit5, control: { rtol, atol: 1e-12 } });
};
const weave = (network: Network, written: Readonly<Record<string, unknown>>): Instrumented => {
  const read = readAgents(written);
  if ("problems" in read) throw new Error(read.problems.map(formatDesignProblem).join("\n"));
  const made = instrument(network, read.agents);
  if ("problems" in made) throw new Error(made.problems.map(formatDesignProblem).join("\n"));
  return made;
};

/** A makes B, B represses A, the ligand drives A: nothing commutes here. */
const loop = networkOf(`
  species $L
  R1: => A; L * v / (1 + (B / K)^2)
  R2: A => A + B; k * A
  R3: A => ; dA * A
  R4: B => ; dB * B
  L = 1; A = 0.2; B = 0.4; v = 1.5; K = 0.8; k = 0.9; dA = 0.7; dB = 0.5
`);
const agents = {
  koA: { kind: "knockout", target: "A" },
  inh: { kind: "inhibition", target: "R2", K: 0.5 },
  deg: { kind: "loss", target: "B", k: 0.8 },
  hold: { kind: "clamp", target: "B" },
};

let instrumented: Instrumented;
let solver: OdeSolver;
beforeAll(async () => {
  instrumented = weave(loop, agents);
  solver = await solverOf(instrumented.network);
});

const segment = (duration: number, perturbations: Readonly<Record<string, number>> = {}, medium: Readonly<Record<string, number>> = {}): Segment => ({
  perturbations: Object.entries(perturbations).map(([agent, dose]) => ({ agent, dose, unit: null })),
  medium,
  duration,
});
const run = (segments: readonly Segment[], problem: Partial<FlowProblem> = {}): Flow => {
  const flow = runProtocol(solver, instrumented, { id: "p", segments }, { times: new Float64Array(), ...problem });
  if ("problems" in flow) throw new Error(flow.problems.map(formatDesignProblem).join("\n"));
  expect(flow.trajectory.status).toEqual({ status: "done" });
  return flow;
};
const expectNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = hundredRtol): void => {
  expect(actual.length).toBe(expected.length);
  Array.from(actual).forEach((value, index) => {
    const reference = expected[index] ?? Number.NaN;
    expect(Math.abs(value - reference)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(reference)));
  });
};

const duration = fc.double({ min: 0.01, max: 8, noNaN: true });
const conditions = fc.record({
  perturbations: fc.dictionary(fc.constantFrom("koA", "inh", "deg"), fc.constant(1)),
  medium: fc.option(fc.record({ L: fc.double({ min: 0, max: 3, noNaN: true }) }), { nil: {} }),
});

/** Decay at the rate constant 0.5 of the linear examples, and the rise of X from 0 under a production of 6. */
const decay = (t: number): number => Math.exp(-0.5 * t);
const rise = (t: number): number => (6 / 0.5) * (1 - decay(t));

describe("flow laws", () => {
  it("identity: a segment of no length changes nothing, not even by a clamp's start value", () => {
    const x0 = initialState(solver.system, Float64Array.from(solver.system.parameterValues));
    expect([...run([segment(0, { hold: 5 }), segment(0, { koA: 1 }, { L: 3 })]).trajectory.final]).toEqual([...x0]);
    const before = run([segment(2)]);
    const after = run([segment(0, { hold: 5 }), segment(2), segment(0, { deg: 1 })]);
    expect([...after.trajectory.final]).toEqual([...before.trajectory.final]);
    expect(after.ends.map((end) => [...end])).toEqual([[...x0], [...before.trajectory.final], [...before.trajectory.final]]);
  });

  it("semigroup: Φ^(a+b) = Φ^b after Φ^a", () => {
    fc.assert(
      fc.property(conditions, duration, duration, ({ perturbations, medium }, a, b) => {
        const whole = run([segment(a + b, perturbations, medium)]);
        const parts = run([segment(a, perturbations, medium), segment(b, perturbations, medium)]);
        expectNear(parts.trajectory.final, whole.trajectory.final);
      }),
      { numRuns: 40 },
    );
  });

  it("merging equal neighbours changes nothing at any time", () => {
    const segments = fc.array(
      fc.constantFrom(segment(0.5), segment(1), segment(0), segment(1, { koA: 1 }), segment(2, { koA: 1 }), segment(0.5, { inh: 2, deg: 1 }), segment(1, {}, { L: 2 })),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(segments, (list) => {
        const protocol = { id: "p", segments: list };
        const total = protocolDuration(protocol);
        const times = Float64Array.from({ length: 9 }, (_, index) => (index * total) / 8);
        const merged = run(mergeSegments(protocol).segments, { times });
        expectNear(merged.trajectory.values, run(list, { times }).trajectory.values);
      }),
      { numRuns: 40 },
    );
  });

  it("a clamp that goes on over two segments is a clamp over both", () => {
    expectNear(run([segment(1, { hold: 0.3 }), segment(2, { hold: 0.3 })]).trajectory.final, run([segment(3, { hold: 0.3 })]).trajectory.final);
  });
});

describe("runProtocol", () => {
  it("with nothing applied gives the bits of the network that was never instrumented", async () => {
    const plain = await solverOf(loop);
    const times = Float64Array.of(0, 0.5, 1, 3, 10);
    const bare = plain.solve({ parameters: Float64Array.from(plain.system.parameterValues), state: initialState(plain.system, Float64Array.from(plain.system.parameterValues)), times });
    const flow = run([segment(10)], { times });
    plain.system.states.forEach((id, index) => {
      times.forEach((_, row) => {
        expect(flow.trajectory.values[row * solver.system.states.length + solver.system.states.indexOf(id)]).toBe(bare.values[row * plain.system.states.length + index]);
      });
    });
  });

  it("follows closed forms: washout after a bolus medium, with a knockout", async () => {
    const network = networkOf("species $S; R1: => X; S * a; R2: X => ; d * X; S = 0; X = 0; a = 2; d = 0.5");
    const woven = weave(network, { ko: { kind: "knockout", target: "X" } });
    const linear = await solverOf(woven.network);
    const on = { ...segment(2, {}, { S: 3 }) };
    const blocked = segment(1, { ko: 1 }, { S: 3 });
    const times = Float64Array.of(0, 1, 2, 2.5, 3, 4);
    const flow = runProtocol(linear, woven, { id: "p", segments: [on, blocked, segment(1)] }, { times });
    if ("problems" in flow) throw new Error("expected a flow");
    const fall = (t: number): number => rise(2) * decay(t - 2);
    expectNear(flow.trajectory.values, [0, rise(1), rise(2), fall(2.5), fall(3), fall(4)]);
    expectNear(flow.ends.map((end) => end[0] ?? Number.NaN), [rise(2), fall(3), fall(4)]);
  });

  it("a time on a boundary belongs to the end of the earlier segment, also when the boundary is a rounded sum", () => {
    const times = Float64Array.of(0, 0.1, 0.3);
    const held = solver.system.states.indexOf("B");
    const size = solver.system.states.length;
    const flow = run([segment(0.1), segment(0.2), segment(1, { hold: 7 })], { times });
    const b = (row: number): number => flow.trajectory.values[row * size + held] ?? Number.NaN;
    expect(b(0)).toBe(0.4);
    expect(b(2)).toBeLessThan(1);
    const late = run([segment(0.1, { hold: 7 })], { times: Float64Array.of(0, 1e-9, 0.1) });
    expect([0, 1, 2].map((row) => late.trajectory.values[row * size + held])).toEqual([0.4, 7, 7]);
  });

  it("reads the same values however many times are asked for", () => {
    const segments = [segment(1, { inh: 1 }), segment(2, { deg: 1 })];
    const few = run(segments, { times: Float64Array.of(0.7, 2.2) });
    const many = run(segments, { times: Float64Array.from({ length: 301 }, (_, index) => index / 100) });
    const size = solver.system.states.length;
    expect([...many.trajectory.values.subarray(70 * size, 71 * size)]).toEqual([...few.trajectory.values.subarray(0, size)]);
    expect([...many.trajectory.values.subarray(220 * size, 221 * size)]).toEqual([...few.trajectory.values.subarray(size)]);
    expect([...many.trajectory.final]).toEqual([...few.trajectory.final]);
  });

  it("keeps what was reached when a segment fails", () => {
    const flow = runProtocol(solver, instrumented, { id: "p", segments: [segment(1), segment(5, { koA: 1 })] }, { times: Float64Array.of(0.5, 1, 6), control: { maxSteps: 12 } });
    if ("problems" in flow) throw new Error("expected a flow");
    expect(flow.trajectory.status.status).toBe("too-many-steps");
    expect(flow.trajectory.times.length * solver.system.states.length).toBe(flow.trajectory.values.length);
    expect(flow.trajectory.times.length).toBeLessThan(3);
  });

  it("refuses times outside or out of order, unknown agents, and a system that was not instrumented", async () => {
    const flow = runProtocol(solver, instrumented, { id: "p", segments: [segment(1, { koB: 1 })] }, { times: Float64Array.of(-1, 0.5, 0.2, 4) });
    expect("problems" in flow && flow.problems.map(formatDesignProblem)).toEqual([
      "times[0]: time -1 comes after 0; times ascend from the start",
      "times[2]: time 0.2 comes after 0.5; times ascend from the start",
      'segments[0].perturbations[0].agent: unknown agent "koB"; did you mean "koA"?',
      "times[3]: time 4 lies after the protocol's end at 1",
    ]);
    const plain = await solverOf(loop);
    const bare = runProtocol(plain, instrumented, { id: "p", segments: [segment(1)] }, { times: new Float64Array() });
    expect("problems" in bare && bare.problems[0]?.message).toBe('system "model" has no parameter "knockout_koA"; compile the instrumented network');
  });
});

const effectOf = (p: Segment, q: Segment, observables?: readonly string[]): { readonly norm: number; readonly ids: readonly string[] } => {
  const effect = orderEffect(solver, instrumented, p, q, observables === undefined ? {} : { observables });
  if ("problems" in effect) throw new Error(effect.problems.map(formatDesignProblem).join("\n"));
  return { norm: effect.norm, ids: effect.observables.map(({ id }) => id) };
};

describe("orderEffect", () => {
  it("is zero for a segment with itself and antisymmetric under exchange", () => {
    expect(effectOf(segment(2, { deg: 1 }), segment(2, { deg: 1 })).norm).toBe(0);
    const there = orderEffect(solver, instrumented, segment(2, { koA: 1 }), segment(2, { deg: 1 }));
    const back = orderEffect(solver, instrumented, segment(2, { deg: 1 }), segment(2, { koA: 1 }));
    if ("problems" in there || "problems" in back) throw new Error("expected effects");
    expect(back.observables.map(({ difference }) => 0 - difference)).toEqual(there.observables.map(({ difference }) => difference));
  });

  it("is reported per observable where order matters", () => {
    const effect = effectOf(segment(2, { koA: 1 }), segment(2, { deg: 1 }));
    expect(effect.ids).toEqual(["L", "A", "B"]);
    expect(effect.norm).toBeGreaterThan(0.1);
    expect(effectOf(segment(2, { koA: 1 }), segment(2, { deg: 1 }), ["A"]).ids).toEqual(["A"]);
  });

  it("matches the closed form of a linear system, and vanishes where the fields commute", async () => {
    const network = networkOf("R1: => X; a; R2: X => ; d * X; R3: Y => ; e * Y; X = 1; Y = 2; a = 2; d = 0.5; e = 0.3");
    const woven = weave(network, { ko: { kind: "knockout", target: "X" }, deg: { kind: "loss", target: "Y", k: 1 } });
    const linear = await solverOf(woven.network);
    const effect = orderEffect(linear, woven, segment(2, { ko: 1 }), segment(3));
    if ("problems" in effect) throw new Error("expected an effect");
    const koThenFree = decay(5) + 4 * (1 - decay(3));
    const freeThenKo = (decay(3) + 4 * (1 - decay(3))) * decay(2);
    expectNear(effect.observables.map(({ difference }) => difference), [koThenFree - freeThenKo, 0]);
    // The two agents act on different species, and equal durations make the order meaningless for both fields.
    const commuting = orderEffect(linear, woven, segment(2, { deg: 1 }), segment(2));
    expect("norm" in commuting && commuting.norm).toBeLessThan(hundredRtol);
  });

  it("names an observable the system does not have", () => {
    const effect = orderEffect(solver, instrumented, segment(1), segment(1), { observables: ["Z"] });
    expect("problems" in effect && effect.problems.map(formatDesignProblem)).toEqual(['observables.Z: "Z" is not an output of the system']);
  });
});
