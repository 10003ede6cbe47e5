import { describe, expect, it } from "vitest";
import { compileThinned } from "../../../src/solvers/stochastic/thinned.ts";
import type { ThinnedOptions, ThinnedSolver } from "../../../src/solvers/stochastic/thinned.ts";
import { needsThinning } from "../../../src/solvers/stochastic/timed-model.ts";
import { exactLaw, smallNetwork } from "./exact-law.ts";
import { chiSquare, chiSquareQuantile, histogram, logFactorial, networkOfText, oneInTenThousand } from "./networks.ts";

const seed = 2026n;
const runs = 4000;

async function thinnedOf(text: string, options: ThinnedOptions = {}): Promise<ThinnedSolver> {
  const { solver, problems } = await compileThinned(networkOfText(text), { record: "molecules", ...options });
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return solver;
}

const poisson = (mean: number) => (n: number): number => Math.exp(n * Math.log(mean) - mean - logFactorial(n));

/** Values of a state at the last of some times, over many runs. */
function valuesOf(solver: ThinnedSolver, times: readonly number[], problem: Partial<Parameters<ThinnedSolver["run"]>[0]> = {}, state = "X"): number[] {
  const column = solver.states.indexOf(state);
  return Array.from({ length: runs }, (_, index) => {
    const path = solver.run({ seed, index, times: Float64Array.from(times), ...problem });
    if (path.status.status !== "done") throw new Error(JSON.stringify(path.status));
    return path.molecules[(times.length - 1) * solver.states.length + column];
  });
}

/** A law passes its own test and fails that of a law `apart` from it: false alarms and misses both once in ten thousand seeds. */
function expectPoisson(values: readonly number[], mean: number, apart = 0.1): void {
  const statistic = (of: number): { statistic: number; freedom: number } => chiSquare(histogram(values), poisson(of), 200);
  const { statistic: right, freedom } = statistic(mean);
  expect(right).toBeLessThan(chiSquareQuantile(freedom, oneInTenThousand));
  // Noncentrality of the wrong law: what a Poisson mean off by `apart` adds at least, well above the quantile.
  for (const factor of [1 - apart, 1 + apart]) expect(statistic(mean * factor).statistic).toBeGreaterThan(chiSquareQuantile(freedom, oneInTenThousand));
}

describe("rates that depend on time", () => {
  it("births at a sinusoidal rate are Poisson with the integrated rate", async () => {
    const solver = await thinnedOf("J: => X; 5*(1 + 0.9*sin(3*time)); X = 0");
    const end = 2.4;
    expectPoisson(valuesOf(solver, [0.3, end]), 5 * (end + 0.3 * (1 - Math.cos(3 * end))));
  });

  it("so are births beside deaths at rates that change: the immigration-death process from none", async () => {
    // m' = b(t) - d(t) m with d(t) = 1 + cos(t): m = exp(-t - sin t) ∫ b exp(s + sin s) ds.
    const solver = await thinnedOf("B: => X; 4 + 3*sin(time); D: X => ; (1 + cos(time))*X; X = 0");
    const end = 4;
    const steps = 20_000;
    let mean = 0;
    for (let i = 0; i < steps; i++) {
      const s = (end * (i + 0.5)) / steps;
      mean += ((4 + 3 * Math.sin(s)) * Math.exp(s + Math.sin(s)) * end) / steps;
    }
    expectPoisson(valuesOf(solver, [end]), mean * Math.exp(-end - Math.sin(end)));
  });

  it("pairs are counted, not squared: dimers from two molecules at a rate that changes", async () => {
    const solver = await thinnedOf("J: 2 X => Y; 0.4*(1 + sin(time)^2)*X^2; X = 2; Y = 0");
    const end = 1;
    const hazard = 2 * 0.4 * (1.5 * end - Math.sin(2 * end) / 4);
    const left = valuesOf(solver, [end]).filter((x) => x === 2).length / runs;
    const p = Math.exp(-hazard);
    expect(Math.abs(left - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / runs));
    // Squares would double the hazard.
    expect(p - Math.exp(-2 * hazard)).toBeGreaterThan(10 * Math.sqrt((p * (1 - p)) / runs));
  });

  it("a rate that is off outside a pulse has events inside it alone, up to its ends", async () => {
    const solver = await thinnedOf("J: => X; piecewise(40, time >= 1 && time < 1.5, 0); X = 0");
    const values = valuesOf(solver, [1, 1.5, 3]);
    expectPoisson(values, 20, 0.05);
    for (let index = 0; index < 200; index++) {
      const path = solver.run({ seed, index, times: Float64Array.of(1, 1.5, 3) });
      expect(path.molecules[0]).toBe(0);
      expect(path.molecules[1]).toBe(path.molecules[2]);
      // Windows end at the switches: the rate in them is known, and nothing is thinned.
      expect(path.thinned).toBe(0);
    }
  });

  it("a pulse that comes back every period is met every time", async () => {
    const solver = await thinnedOf("J: => X; piecewise(200, time - 10*floor(time/10) < 0.01, 0); X = 0");
    expectPoisson(valuesOf(solver, [50]), 10);
  });

  it("a rate that switches at a time the state sets", async () => {
    // Off once time passes 1/(X+1): the k-th birth must come before 1/k.
    const solver = await thinnedOf("J: => X; piecewise(2, time*(X + 1) < 1, 0); X = 0");
    const none = valuesOf(solver, [3]).filter((x) => x === 0).length / runs;
    const p = Math.exp(-2);
    expect(Math.abs(none - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / runs));
  });

  it("constant rates have the law of the master equation, on random networks", async () => {
    for (const number of [0, 1, 2]) {
      const network = smallNetwork(number);
      const solver = await thinnedOf(network.text);
      const law = exactLaw(network, 0.7);
      const order = ["A0", "A1", "A2"].map((id) => solver.states.indexOf(id));
      const counts = new Map<string, number>();
      for (let index = 0; index < runs; index++) {
        const { molecules } = solver.run({ seed, index, times: Float64Array.of(0.7) });
        const key = order.map((state) => molecules[state]).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const keys = [...law.keys()];
      const byNumber = new Map(keys.map((key, at) => [at, counts.get(key) ?? 0]));
      expect([...byNumber.values()].reduce((sum, count) => sum + count, 0)).toBe(runs);
      const { statistic, freedom } = chiSquare(byNumber, (at) => law.get(keys[at]) ?? 0, keys.length - 1);
      expect(statistic).toBeLessThan(chiSquareQuantile(freedom, oneInTenThousand));
    }
  });

  it("a rate without bound ends the run, and so does one below 0", async () => {
    const pole = await thinnedOf("J: => X; 1/(2 - time); X = 0");
    expect(pole.run({ seed, times: Float64Array.of(1.5) }).status.status).toBe("done");
    expect(pole.run({ seed, times: Float64Array.of(3) }).status).toMatchObject({ status: expect.stringMatching(/step-too-small|negative/) as string, worst: "J" });
    const negative = await thinnedOf("J: => X; -1 + 0*X + 0.5*sin(time); X = 0");
    expect(negative.run({ seed, times: Float64Array.of(3) }).status).toMatchObject({ status: "negative-propensity", worst: "J" });
  });
});

describe("protocols", () => {
  it("parameters change at exact times along one path", async () => {
    const solver = await thinnedOf("J: => X; k; X = 0; k = 3");
    const segments = [{ time: 1, parameters: Float64Array.of(0) }, { time: 2, parameters: Float64Array.of(10) }];
    expect(solver.system.parameters).toEqual(["k"]);
    expectPoisson(valuesOf(solver, [2.5], { segments }), 3 + 5);
    const { molecules } = solver.run({ seed, times: Float64Array.of(1, 2, 2.5), segments });
    expect(molecules[0]).toBe(molecules[1]);
    expect(() => solver.begin({ seed, times: Float64Array.of(1), segments: segments.toReversed() })).toThrow(/ascending/);
  });
});

describe("delayed reactions", () => {
  it("delayed births beside deaths are Poisson with births up to a delay ago", async () => {
    const solver = await thinnedOf("B: => X; 6; D: X => ; 0.8*X; X = 0", { delays: { B: { delay: 1.5, consuming: false } } });
    expect(Math.max(...valuesOf(solver, [1.49]))).toBe(0);
    expectPoisson(valuesOf(solver, [3]), (6 / 0.8) * -Math.expm1(-0.8 * (3 - 1.5)));
    expect(solver.run({ seed, times: Float64Array.of(3) }).waiting).toBeGreaterThan(0);
  });

  it("a formula is read when the channel fires", async () => {
    // Births at s appear at 2 s: those up to t/2 are there.
    const solver = await thinnedOf("B: => X; 8; X = 0", { delays: { B: { delay: "time", consuming: true } } });
    expectPoisson(valuesOf(solver, [2]), 8);
  });

  it("a consuming conversion hides its molecules, and one that is not keeps them", async () => {
    const text = "J: X => Y; 1e3*X; X = 10; Y = 0";
    const consuming = await thinnedOf(text, { delays: { J: { delay: 2, consuming: true } } });
    const path = consuming.run({ seed, times: Float64Array.of(1, 3) });
    expect([...path.molecules]).toEqual([0, 0, 0, 10]);
    const keeping = await thinnedOf("J: X => Y; X; X = 1; Y = 0", { delays: { J: { delay: 2, consuming: false } } });
    expect(keeping.run({ seed, times: Float64Array.of(1) }).molecules[0]).toBe(1);
    // One molecule fires many times before it is gone, which the run says.
    expect(keeping.run({ seed, times: Float64Array.of(30) }).status).toMatchObject({ status: "negative-propensity", worst: "J" });
  });

  it("what cannot be delayed is refused by name", async () => {
    const { problems } = await compileThinned(networkOfText("J: X => ; X; X = 1"), { delays: { K: { delay: 1, consuming: true }, J: { delay: -1, consuming: true } } });
    expect(problems?.map(({ where }) => where).toSorted()).toEqual(["delay:J", "delay:K"]);
  });
});

describe("a path", () => {
  const text = "B: => X; 20*(1 + sin(time)); D: X => Y; X; E: at sin(5*time)*X > 8: Z = Z + 1; F: at X > 15: X = floor(X/2); X = 3; Y = 0; Z = 0";
  const times = Float64Array.from({ length: 40 }, (_, row) => 0.25 * row);

  it("is the same bits however it is paused, in WebAssembly and in JavaScript, and whatever times are asked for", async () => {
    const [wasm, script] = await Promise.all((["wasm", "javascript"] as const).map((target) => thinnedOf(text, { target })));
    for (let index = 0; index < 4; index++) {
      const whole = wasm.run({ seed, index, times });
      expect(whole.status.status).toBe("done");
      const run = script.begin({ seed, index, times });
      for (let step = 1; run.status.status === "paused"; step++) run.advance(1 + (step % 7));
      expect(run.path()).toEqual(whole);
      const last = wasm.run({ seed, index, times: times.slice(-1) });
      expect([...last.molecules]).toEqual(Array.from(whole.molecules.slice(-last.molecules.length)));
    }
  });

  it("is over when another begins", async () => {
    const solver = await thinnedOf(text);
    const run = solver.begin({ seed, times });
    solver.begin({ seed, times });
    expect(() => run.advance(1)).toThrow(/another one began/);
  });

  it("ends at its number of events", async () => {
    const solver = await thinnedOf(text);
    expect(solver.run({ seed, times, maxEvents: 10 })).toMatchObject({ status: { status: "too-many-steps" }, events: 10 });
  });
});

it("says which networks need it", () => {
  expect(["J: => X; 1; X = 0", "J: => X; 1 + time; X = 0", "J: => X; 1; E: at X > 3: X = 0; X = 0"].map((text) => needsThinning(networkOfText(text)))).toEqual([false, true, true]);
});
