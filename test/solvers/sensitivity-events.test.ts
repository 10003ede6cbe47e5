import { describe, expect, it } from "vitest";
import { initialState } from "../../src/models/initial-state.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { sensitivitySystem } from "../../src/solvers/sensitivity.ts";
import { difference } from "./difference.ts";
import { rtol, systemFrom } from "./ode/event-model.ts";

/** What the issue asks of gradients through events. */
const tolerance = 1e-8;

/** Final states and their sensitivities of reaction text. */
async function run(text: string, wrt: readonly string[], end: number, method: OdeMethod = tsit5) {
  const system = systemFrom(text);
  const nState = system.states.length;
  const augmented = sensitivitySystem(system, wrt);
  const solver = await compileSolver(augmented, { method, control: { rtol, atol: 1e-14 }, errorStates: nState });
  const parameters = Float64Array.from(system.parameterValues);
  const { status, final, statistics } = solver.solve({ parameters, state: initialState(augmented, parameters), times: Float64Array.of(end) });
  const state = (id: string): number => final[system.states.indexOf(id)] ?? Number.NaN;
  const slope = (id: string, name: string): number => final[augmented.states.indexOf(`d(${id})/d(${name})`)] ?? Number.NaN;
  return { system, status, statistics, state, slope };
}

const near = (value: number, expected: number): void => expect(Math.abs(value - expected)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));

describe.each([tsit5, rodas5p])("sensitivities through events in closed form, by $facts.id", (method) => {
  it("a bouncing ball: by gravity, restitution and the height it falls from", async () => {
    const [g, e, height] = [9.81, 0.8, 3];
    const { state, slope } = await run(`y' = v; v' = -g; y = ${height}; v = 0; g = ${g}; e = ${e}\nbounce: at y < 0: v = -e*v`, ["g", "e", "y"], 2.5, method);
    // It falls for s = √(2h/g), then flies 2 e s, 2 e² s ...; at 2.5 it has bounced twice.
    const s = Math.sqrt((2 * height) / g);
    const left = 2.5 - s * (1 + 2 * e);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(2 * e * e * s);
    near(state("y"), e * e * g * s * left - 0.5 * g * left * left);
    // u = e² g s is the speed after the second bounce; ds/dg = -s/(2g), ds/dh = s/(2h).
    const by = (du: number, dLeft: number, dg: number): number => du * left + (e * e * g * s - g * left) * dLeft - 0.5 * left * left * dg;
    near(slope("y", "g"), by((e * e * s) / 2, (s / (2 * g)) * (1 + 2 * e), 1));
    near(slope("y", "e"), by(2 * e * g * s, -2 * s, 0));
    near(slope("y", "y"), by((e * e * g * s) / (2 * height), -(s / (2 * height)) * (1 + 2 * e), 0));
    near(slope("v", "e"), 2 * e * g * s + 2 * g * s);
  });

  it("a dose at a time that is a parameter", async () => {
    const [k, dose, when, end] = [0.7, 2, 1.3, 4];
    const { slope } = await run(`x = 1; k = ${k}; dose = ${dose}; when = ${when}\nR: x -> ; k*x\nE: at time >= when: x = x + dose`, ["k", "dose", "when"], end, method);
    const since = Math.exp(-k * (end - when));
    near(slope("x", "dose"), since);
    near(slope("x", "when"), k * dose * since);
    near(slope("x", "k"), -end * Math.exp(-k * end) - (end - when) * dose * since);
  });

  it("a dose whenever little is left", async () => {
    const [k, low, dose, end] = [0.9, 0.4, 1.5, 7];
    const { state, slope } = await run(`x = 1; k = ${k}; low = ${low}; dose = ${dose}; n = 0\nR: x -> ; k*x\nE: at x < low: x = x + dose, n = n + 1`, ["k", "low", "dose", "x"], end, method);
    // First after log(1/low)/k, then every log(1 + dose/low)/k: x(end) = (low + dose)^n low^(1-n) e^(-k end).
    const n = state("n");
    expect(n).toBeGreaterThan(3);
    const x = (low + dose) ** n * low ** -n * Math.exp(-k * end);
    near(state("x"), x);
    near(slope("x", "k"), -end * x);
    near(slope("x", "low"), x * (n / (low + dose) - n / low));
    near(slope("x", "dose"), (x * n) / (low + dose));
    near(slope("x", "x"), x);
  });

  it("an event that another sets off, in the moment of that one", async () => {
    const [a, end] = [0.5, 3];
    const { state, slope } = await run(`x' = 1; x = 0; y' = -y; y = 1; a = ${a}; on = 0\nfirst: at x > a: on = 1\nsecond: at on > 0.5: y = 2*y + 1`, ["a"], end, method);
    // y = (2 e^-a + 1) e^(a - end) = 2 e^-end + e^(a - end).
    near(state("y"), 2 * Math.exp(-end) + Math.exp(a - end));
    near(slope("y", "a"), Math.exp(a - end));
  });

  it("one at the start of the run, which does not move, and one inside an and", async () => {
    const { state, slope } = await run("x = 1; k = 0.5; a = 0.6; b = 1\nR: x -> ; k*x\nstart: at x > 0.9 && time < 0.1, t0 = false: x = 2*x\nE: at x < a && time > b: x = x + 1", ["k", "a", "b"], 4, method);
    // x = 2 e^(-kt) falls to a at log(2/a)/k = 2.4, which is after b.
    const x = Math.exp(-0.5 * 4) * 2 * (1.6 / 0.6);
    near(state("x"), x);
    near(slope("x", "k"), -4 * x);
    near(slope("x", "a"), x * (1 / 1.6 - 1 / 0.6));
    near(slope("x", "b"), 0);
  });

  it("a schedule that comes back: by its period, its phase and the length of a pulse", async () => {
    const [period, length, end] = [2, 0.5, 5.25];
    const text = `x' = on*r; x = 0; on = 0; r = 3; T = ${period}; w = ${length}\nup: at time - T*floor(time/T) < w, t0 = false: on = 1\ndown: at time - T*floor(time/T) >= w, t0 = false: on = 0`;
    const { state, slope } = await run(text, ["T", "w", "r"], end, method);
    // Pulses of length w from 0, T and 2T: at 5.25 the third has been over for .75.
    near(state("x"), 3 * 3 * length);
    near(slope("x", "w"), 9);
    near(slope("x", "T"), 0);
    near(slope("x", "r"), 3 * length);
    const inside = await run(text, ["T", "w"], 4.25, method);
    near(inside.state("x"), 3 * (2 * length + 0.25));
    near(inside.slope("x", "T"), -6);
    near(inside.slope("x", "w"), 6);
  });

  it("a volume that changes, in which amounts stay", async () => {
    const [k, limit, grown, end] = [0.4, 1.5, 5, 4];
    const { state, slope } = await run(`compartment C = 2; species A in C = 3; k = ${k}; limit = ${limit}; grown = ${grown}\nR: A -> ; C*k*A^2\nE: at A < limit: C = grown`, ["k", "limit", "grown"], end, method);
    // 1/A grows by k from 1/3 to 1/limit; of the amount a in the larger volume, 1/a grows by k/grown.
    const amount = 1 / (1 / (2 * limit) + (k * end - (1 / limit - 1 / 3)) / grown);
    near(state("A"), amount);
    near(slope("A", "k"), (-amount * amount * end) / grown);
    near(slope("A", "limit"), ((amount * amount) / limit ** 2) * (1 / 2 - 1 / grown));
    near(slope("A", "grown"), ((amount * amount) / grown ** 2) * (k * end - (1 / limit - 1 / 3)));
  });
});

describe("sensitivities through events of a nonlinear system", () => {
  const text = `prey = 1.5; predator = 1; a = 1.1; b = 0.9; c = 0.8; limit = 1.6; part = 0.35; n = 0
    Birth: => prey; a*prey
    Hunt: prey => predator; b*prey*predator
    Death: predator => ; c*predator
    harvest: at prey > limit: prey = (1 - part)*prey, n = n + 1
    relief: at predator > 1.2: predator = predator - part*predator^2/2, a = 1.1 + 0.1*sin(time)`;
  const names = ["b", "c", "limit", "part"];

  it("equal differences of runs to 1e-8, and leave the steps as they are", async () => {
    const end = 9;
    const { system, state, slope, statistics } = await run(text, names, end);
    expect(state("n")).toBeGreaterThan(2);
    const solver = await compileSolver(system, { method: tsit5, control: { rtol: 1e-13, atol: 1e-15 } });
    const parameters = Float64Array.from(system.parameterValues);
    const start = initialState(system, parameters);
    const times = Float64Array.of(end);
    const plain = (await compileSolver(system, { method: tsit5, control: { rtol, atol: 1e-14 } })).solve({ parameters, state: start, times });
    expect(statistics).toEqual(plain.statistics);
    for (const name of names) {
      for (const id of ["prey", "predator"]) {
        const expected = difference(parameters, system.parameters.indexOf(name), (moved) => solver.solve({ parameters: moved, state: start, times }).final[system.states.indexOf(id)] ?? Number.NaN);
        expect(Math.abs(slope(id, name) - expected), `${id} by ${name}`).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));
      }
    }
  });

  it("differ from what smooth sensitivities alone would give, so the test above can fail", async () => {
    const { slope } = await run(text, ["limit"], 9);
    // Nothing but events reads the limit.
    expect(Math.abs(slope("prey", "limit"))).toBeGreaterThan(0.01);
  });
});

/** A clash of two events where `when` is 1. */
const both = (when: string) => `x = 1; y = 1; k = 1\nR: x -> ; k*x\nA: at time >= 1: x = 2\nB: at time >= ${when}: y = x`;

describe("what forward sensitivities do not follow", () => {
  it("is refused by name: delays, unknown names", () => {
    const system = systemFrom("x = 1; k = 1\nR: x -> ; k*x\nlate: at 0.5 after x < 0.5: x = 1");
    expect(() => sensitivitySystem(system, ["k"])).toThrow('"model" has delayed events (late), which a forward sensitivity does not follow yet');
    expect(() => sensitivitySystem(systemFrom("x = 1; k = 1\nR: x -> ; k*x"), ["gamma"])).toThrow("no parameter called gamma");
  });

  it("ends the run where values taken at the trigger meet another event that changes what they read", async () => {
    const clash = await run(both("1"), ["k"], 2);
    expect(clash.status).toMatchObject({ status: "non-finite", time: 1 });
    const apart = await run(both("1.5"), ["k"], 2);
    expect(apart.status.status).toBe("done");
    near(apart.slope("y", "k"), -0.5 * 2 * Math.exp(-0.5));
  });
});
