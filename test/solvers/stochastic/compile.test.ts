import { describe, expect, it } from "vitest";
import { zoo } from "../../../src/models/zoo/index.ts";
import { avogadroConstant } from "../../../src/models/unit.ts";
import { stochasticMethods } from "../../../src/solvers/stochastic/index.ts";
import { networkOfText, problemsOf, solverOf } from "./networks.ts";

const seed = 7n;
const start = Float64Array.of(0);

/** Events per time at the start, by the mean waiting time of the first event over many runs; and its standard error. */
async function startingRate(text: string, runs = 4000): Promise<{ readonly rate: number; readonly error: number }> {
  const solver = await solverOf(text);
  const early = Array.from({ length: runs }, (_, index) => {
    const run = solver.begin({ seed, index, times: Float64Array.of(1e12) });
    run.advance(1);
    return run.status.status === "paused" ? run.status.time : NaN;
  });
  const mean = early.reduce((total, time) => total + time, 0) / runs;
  return { rate: 1 / mean, error: 1 / mean / Math.sqrt(runs) };
}
const expectRate = async (text: string, expected: number): Promise<void> => {
  const { rate, error } = await startingRate(text);
  expect(Math.abs(rate - expected)).toBeLessThanOrEqual(5 * error);
};

const molar = (volume: string, size: number): string =>
  `unit nM = 1e-9 mole/litre; unit fl = 1e-15 litre; unit um3 = (1e-6 metre)^3; compartment c = ${size}; species A in c; J: A => ; c*A; A = 100; A has nM; c has ${volume}`;

describe("propensities", () => {
  it("of second order in a volume: k n (n - 1) / V", async () => {
    await expectRate("compartment c = 8; species A in c; J: 2 A => ; c*k*A^2; A = 2.5; k = 3", (3 * 20 * 19) / 8);
  });
  it("of two species, with a catalyst and an enzyme among the factors", async () => {
    await expectRate("compartment c = 2; species A in c, B in c, E in c; J: A + B => B; c*k*A*B*E; A = 5; B = 3; E = 2; k = 0.7", (0.7 * 10 * 6 * 4) / 4);
  });
  it("where a species' symbol is its amount", async () => {
    await expectRate("compartment c = 2; substanceOnly species A in c; J: 2 A => ; k*A^2; A = 5; k = 0.7", 0.7 * 5 * 4);
  });
  it("in a volume that a rule sets, from parameters or from other molecules", async () => {
    await expectRate("compartment c; c := 2*half; half = 4; species A in c; J: 2 A => ; c*k*A^2; A = 2.5; k = 3", (3 * 20 * 19) / 8);
    await expectRate("compartment c; c := 2 + W/2; species A in c, W; J: A => ; c*k*A^2; K: 2 A => ; c*k*A^2; A = 2.5; W = 12; k = 3", (3 * 20 * 20) / 8 + (3 * 20 * 19) / 8);
    await expectRate("compartment c; c := 8; substanceOnly species A in c; J: 2 A => ; k*A^2; A = 5; k = 0.7", 0.7 * 5 * 4);
  });
  it("of a reservoir: its powers stand as they are, the others fall", async () => {
    await expectRate("species $S; J: 2 S + 2 A => A; k*S^2*A^2; S = 1.5; A = 3; k = 2", 2 * 2.25 * 6);
  });
  it("of a rate law that is no mass action: the rate as it stands", async () => {
    await expectRate("compartment c = 4; species A in c; J: A => ; c*V*A/(K + A); A = 2.5; V = 6; K = 1.5", (4 * 6 * 2.5) / 4);
  });
  it("of a reversible reduced law: two channels", async () => {
    const solver = await solverOf("R: S -> P; V*(S - P/4)/(1 + S + P); V = 2; S = 8; P = 4");
    expect(solver.channels).toEqual(["R", "R (reverse)"]);
    await expectRate("R: S -> P; V*(S - P/4)/(1 + S + P); V = 2; S = 8; P = 4", (2 * (8 + 1)) / 13);
  });
  it("of amounts in mole: molecules are amount times Avogadro's number", async () => {
    const text = `unit uM = 1e-6 mole/litre; compartment c = 1e-15; species A in c; J: 2 A => ; c*k*A^2; A = 0.05; k = 4; A has uM; c has litre`;
    const solver = await solverOf(text);
    const n = Math.round(0.05e-6 * 1e-15 * avogadroConstant);
    expect(n).toBe(30);
    expect(solver.run({ seed, times: start }).molecules[0]).toBe(n);
    expect(solver.warnings).toMatchObject([{ message: expect.stringMatching(/"A" starts with 30\.1.*30 is used/) }]);
    const perConcentration = 1e-6 * 1e-15 * avogadroConstant;
    await expectRate(text, (4 * n * (n - 1)) / perConcentration);
  });
  it("of a volume in other units, and of items", async () => {
    for (const [volume, size] of [["litre", 1e-15], ["fl", 1], ["um3", 1]] as const) {
      expect((await solverOf(molar(volume, size))).run({ seed, times: start }).molecules[0]).toBe(Math.round(100e-9 * 1e-15 * avogadroConstant));
    }
    const items = await solverOf("compartment c = 3; species A in c; J: A => ; c*A; A = 4; A has item");
    expect(items.run({ seed, times: start }).molecules[0]).toBe(12);
    expect(items.warnings).toEqual([]);
  });
});

describe("what is recorded", () => {
  it("concentrations or molecules, rules and reservoirs among them", async () => {
    const text = "compartment c = 2; species A in c, $B in c; J: A => ; c*A; A = 5; B = 0.25; total := A + B";
    const record = async (as: "concentrations" | "molecules") => {
      const solver = await solverOf(text, { record: as });
      return Object.fromEntries(solver.outputs.map(({ id, unit }, index) => [id, [solver.run({ seed, times: start }).outputs[index], unit]]));
    };
    expect(await record("concentrations")).toEqual({ A: [5, null], B: [0.25, null], total: [5.25, null] });
    expect(await record("molecules")).toEqual({ A: [10, "item"], B: [0.5, "item"], total: [5.25, null] });
  });
  it("the time of the row, where a rule reads it", async () => {
    const solver = await solverOf("A => ; A; A = 0; clock := 2*time");
    expect([...solver.run({ seed, times: Float64Array.of(0, 1.5, 7) }).outputs]).toEqual([0, 0, 0, 3, 0, 14]);
  });
});

const written = [...Object.values(stochasticMethods).map((method) => ({ name: method.facts.id, method })), { name: "direct in a tree", method: stochasticMethods.direct, unrolledChannels: 0 }];
describe.each(written)("failures, by $name", (options) => {
  const statusOf = async (text: string, end = 100) => (await solverOf(text, options)).run({ seed, times: Float64Array.of(0, end) });
  it("a negative propensity is refused with the reaction's name and what to write", async () => {
    const path = await statusOf("J0: A => ; A; J1: A -> B; A - 3*B^2; A = 5; B = 2");
    expect(path.status).toEqual({ status: "negative-propensity", time: 0, worst: "J1", hint: expect.stringMatching(/its rate is -7;.*difference/) });
    expect(path.events).toBe(0);
  });
  it("also where it turns negative on the way", async () => {
    const path = await statusOf("J0: => B; 1; J1: A -> B; A - 0.5*B^2; A = 8; B = 0");
    expect(path.status).toMatchObject({ status: "negative-propensity", worst: "J1", hint: expect.stringContaining("its rate is -") });
    expect([...path.times]).toEqual([0]);
    expect(path.events).toBeGreaterThan(0);
  });
  it("a rate that goes on without its reactant is refused before a number turns negative", async () => {
    const path = await statusOf("J: A => ; 5; A = 2");
    expect(path.status).toMatchObject({ status: "negative-propensity", worst: "J", hint: expect.stringContaining('"A" is used up') });
    expect(path.events).toBe(2);
    expect([...path.firings]).toEqual([2]);
  });
  it("a rate that is not finite names the reaction and the cause", async () => {
    expect((await statusOf("J: A => ; 1/(A - 5); A = 5")).status).toMatchObject({ status: "non-finite", worst: "J", hint: expect.stringContaining("division by zero") });
    expect((await statusOf("var k; J: A => ; k*A; A = 5")).status).toMatchObject({ status: "non-finite", worst: "J", hint: expect.stringContaining("parameter k has no finite value") });
  });
  it("a third molecule and a factor of its own count, in tables as in locals", async () => {
    const solver = await solverOf("J: 3 A => 2 A; k*A^3*E/(1 + A); A = 9; E = 2; k = 1e-3", options);
    const path = solver.run({ seed, times: Float64Array.of(1e9) });
    expect([...path.molecules.subarray(0, 1), path.events]).toEqual([2, 7]);
  });
  it("rate constants that are negative or no number are found where they first count", async () => {
    expect((await statusOf("J0: A => ; A; J: => B; k; A = 5; B = 0; k = -2")).status).toMatchObject({ status: "negative-propensity", time: 0, worst: "J" });
    expect((await statusOf("var k; J0: A => ; A; J: => B; k; A = 5; B = 0")).status).toMatchObject({ status: "non-finite", time: 0, worst: "J" });
    expect((await statusOf("J0: A => ; A; J: => B; k; A = 5; B = 0; k = 1e301")).status).toMatchObject({ status: "non-finite", time: 0, worst: "J" });
  });
  it("a run that does not end says what kept it busy", async () => {
    const solver = await solverOf("Fast: => A; 1000; Slow: A => ; 1*A; A = 0", options);
    const path = solver.run({ seed, times: Float64Array.of(0, 1e6), maxEvents: 5000 });
    expect(path.status).toMatchObject({ status: "too-many-steps", worst: "Fast", hint: expect.stringContaining("maxEvents") });
    expect(path.events).toBe(5000);
  });
});

const warningsOf = async (text: string): Promise<string[]> => (await solverOf(text)).warnings.map(({ where, message }) => `${where}: ${message}`);

describe("rates that are no valid propensities", () => {
  it("are named before any run: what goes on without its reactant, and what turns negative", async () => {
    expect(await warningsOf("J: A => ; 5; A = 2")).toEqual([expect.stringMatching(/^reaction:J: .*is 5 though only 0 of "A" is left and 1 are taken/)]);
    expect(await warningsOf("J: 2 A => ; 5*A; A = 2")).toEqual([expect.stringMatching(/is 5 though only 1 of "A" is left and 2 are taken/)]);
    expect(await warningsOf("J: A -> B; A - 0.5*B^2; A = 8; B = 0")).toEqual(expect.arrayContaining([expect.stringMatching(/^reaction:J: .*is -40 at A = 10, B = 10/)]));
  });
  it("mass action and saturating laws give none", async () => {
    expect(await warningsOf("J: 2 A + B => C; k*A^2*B; K: A => ; V*A/(1 + A); A = 2; B = 1; C = 0; k = 1; V = 2")).toEqual([]);
    for (const { network } of [zoo["birth-death"], zoo["lotka-volterra"]]) expect((await solverOf(network)).warnings).toEqual([]);
  });
});

const chosen = async (text: string): Promise<string> => (await solverOf(text, { method: stochasticMethods.ssa })).method.facts.id;
const chain = (steps: number, more = ""): string => Array.from({ length: steps }, (_, i) => `S${i} => S${i + 1}; k*S${i}${more}`).join("; ") + "; k = 1; E = 1" + Array.from({ length: steps + 1 }, (_, i) => `; S${i} = 1`).join("");

describe("the automatic choice", () => {
  it("goes by the number of channels and of propensities an event changes, and the solver names it", async () => {
    expect(await chosen(chain(40))).toBe("direct");
    expect(await chosen(chain(41))).toBe("composition-rejection");
    const star = Array.from({ length: 41 }, (_, i) => `Hub + S${i} => Hub; k*Hub*S${i}; => Hub; k; S${i} = 1`).join("; ");
    expect(await chosen(`${star}; k = 1; Hub = 0`)).toBe("rejection");
  });
});

describe("refusals", () => {
  it("of initial amounts that are no whole numbers", async () => {
    expect(await problemsOf("A => ; A; A = 1.5; B = -1; B => ; B")).toEqual([expect.stringMatching(/"A" starts with 1\.5 molecules.*whole/), expect.stringMatching(/"B" starts with -1/)]);
  });
  it("of rates that change between events, rate rules and broken stoichiometries", async () => {
    expect(await problemsOf("A => ; A*(1 + sin(time)); A = 1")).toEqual([expect.stringContaining("depends on time")]);
    expect(await problemsOf("A => ; x*A; A = 1; x = 1; x' = -x")).toEqual([expect.stringContaining('"x" follows a rate rule')]);
    expect(await problemsOf("A => 0.5 B; A; A = 1; B = 0")).toEqual([expect.stringContaining('0.5 of "B"')]);
  });
  it("of units that are no amounts or do not agree", async () => {
    expect(await problemsOf("A => ; A; A = 1; A has gram")).toEqual([expect.stringMatching(/"A".*"gram" is no amount/)]);
    expect(await problemsOf("A => B; A; A = 1; B = 1; A has item; B has mole")).toEqual([expect.stringMatching(/"B" and "A" have different units/)]);
  });
  it("of problems that do not fit, by exception", async () => {
    const solver = await solverOf(zoo["birth-death"].network);
    expect(() => solver.run({ seed, times: Float64Array.of(1, 0) })).toThrow(/requested time 1 is 0/);
    expect(() => solver.run({ seed, times: start, molecules: Float64Array.of(0.5) })).toThrow(/"X" starts with 0.5/);
    expect(() => solver.run({ seed, times: start, parameters: Float64Array.of(1) })).toThrow(/1 parameter values for 2/);
    const first = solver.begin({ seed, times: start });
    solver.begin({ seed, times: start });
    expect(() => first.path()).toThrow(/another one began/);
  });
});

describe("a run's own values", () => {
  it("parameters and molecules replace the network's for that run alone", async () => {
    const solver = await solverOf(networkOfText("A => ; k*A; A = 3; k = 0"));
    const times = Float64Array.of(0, 50);
    expect([...solver.run({ seed, times, parameters: Float64Array.of(1), molecules: Float64Array.of(9) }).molecules]).toEqual([9, 0]);
    expect([...solver.run({ seed, times }).molecules]).toEqual([3, 3]);
  });
});
