import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { ensemble } from "../../src/solvers/stochastic/ensemble.ts";
import type { StochasticMethod } from "../../src/solvers/stochastic/method.ts";
import type { StochasticSolver } from "../../src/solvers/stochastic/solver.ts";
import { chiSquare, chiSquareQuantile, histogram, logFactorial, networkOfText, oneInTenThousand, solverOf } from "../solvers/stochastic/networks.ts";

const seed = 42n;
/** Standard errors that a correct method misses about once in two million seeds. */
const manyErrors = 5;
const poisson = (mean: number) => (n: number): number => Math.exp(n * Math.log(mean) - mean - logFactorial(n));
const dimerisation = (total: number): string => `On: 2 A -> D; kon*A^2 - koff*D; A = ${total}; D = 0; kon = 0.05; koff = 1`;

/** Values of one state along one run, so far apart that the start is forgotten in between, and the first such time left out. */
function valuesAtRest(solver: StochasticSolver, count: number, apart: number, state = 0): number[] {
  const { molecules } = solver.run({ seed, times: Float64Array.from({ length: count }, (_, index) => apart * (index + 1)) });
  const width = solver.states.length;
  return Array.from({ length: count }, (_, row) => molecules[row * width + state] ?? NaN);
}

/** What every exact stochastic method must do. */
export function stochasticMethodConformance(method: StochasticMethod): void {
  describe(`stochastic method ${method.facts.id}`, () => {
    it("birth and death from nothing: mean and variance are those of a Poisson law at every time", async () => {
      const solver = await solverOf(zoo["birth-death"].network, { method });
      const runs = 4000;
      const times = Float64Array.of(0, 0.25, 1, 3);
      const { mean, sd, status } = await ensemble(solver, { seed, runs, times });
      expect(status.status).toBe("done");
      times.forEach((time, row) => {
        const exact = 10 * (1 - Math.exp(-time));
        // Var of the sample variance of a Poisson law: (mean + 2 mean^2) / n.
        expect(Math.abs((mean[row] ?? NaN) - exact)).toBeLessThanOrEqual(manyErrors * Math.sqrt(exact / runs));
        expect(Math.abs((sd?.[row] ?? NaN) ** 2 - exact)).toBeLessThanOrEqual(manyErrors * Math.sqrt((exact + 2 * exact * exact) / runs));
      });
    });

    it("birth and death at rest: the law is Poisson, and a mean 2 % off would be seen", async () => {
      const solver = await solverOf(zoo["birth-death"].network, { method });
      // e^-18 of the start is left. With 20 000 samples a shift of 0.2 has noncentrality 20 000 * 0.2^2 / 10 = 80 over
      // about 20 bins: power above 0.999 at this level.
      const counts = histogram(valuesAtRest(solver, 20_000, 18));
      const right = chiSquare(counts, poisson(10), 60);
      const shifted = chiSquare(counts, poisson(10.2), 60);
      expect(right.freedom).toBeGreaterThan(15);
      expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
      expect(shifted.statistic).toBeGreaterThan(chiSquareQuantile(shifted.freedom, oneInTenThousand));
    });

    it("dimerisation at rest: falling factorials, not binomials", async () => {
      const total = 30;
      const counts = histogram(valuesAtRest(await solverOf(dimerisation(total), { method }), 5000, 12, 1));
      // Detailed balance: p(d) = K^d / ((N - 2d)! d!) up to a constant.
      const law = (ratio: number): ((d: number) => number) => {
        const weights = Array.from({ length: total / 2 + 1 }, (_, d) => Math.exp(d * Math.log(ratio) - logFactorial(total - 2 * d) - logFactorial(d) + logFactorial(total)));
        const sum = weights.reduce((all, weight) => all + weight, 0);
        return (d) => (weights[d] ?? 0) / sum;
      };
      const right = chiSquare(counts, law(0.05), total / 2);
      const binomial = chiSquare(counts, law(0.025), total / 2);
      expect(right.freedom).toBeGreaterThan(3);
      expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
      expect(binomial.statistic).toBeGreaterThan(chiSquareQuantile(binomial.freedom, oneInTenThousand));
    });

    it("the Schlögl model at rest: its birth-death law with two modes, and one with powers for falling factorials would be seen", async () => {
      const volume = 4;
      const solver = await solverOf(`compartment c = ${volume}; species X in c; J1: 2 X -> 3 X; c*(6*X^2 - X^3); J2: X -> ; c*(11*X - 6); X = 1`, { method });
      const values = valuesAtRest(solver, 4000, 8);
      // Neighbouring samples of a chain that had not forgotten would go together.
      const mean = values.reduce((total, value) => total + value, 0) / values.length;
      const spread = values.reduce((total, value) => total + (value - mean) ** 2, 0);
      const together = values.slice(1).reduce((total, value, index) => total + (value - mean) * ((values[index] ?? NaN) - mean), 0);
      expect(Math.abs(together / spread)).toBeLessThan(4 / Math.sqrt(values.length));
      const law = (pairs: (n: number) => number, triples: (n: number) => number): ((n: number) => number) => {
        const weights = [1];
        for (let n = 1; n <= 80; n++) {
          const birth = 6 * volume + (6 / volume) * pairs(n - 1);
          weights.push(((weights[n - 1] ?? 0) * birth) / (11 * n + triples(n) / volume ** 2));
        }
        const sum = weights.reduce((all, weight) => all + weight, 0);
        return (n) => (weights[n] ?? 0) / sum;
      };
      const counts = histogram(values);
      const right = chiSquare(counts, law((n) => n * (n - 1), (n) => n * (n - 1) * (n - 2)), 80);
      const powers = chiSquare(counts, law((n) => n ** 2, (n) => n ** 3), 80);
      expect(right.freedom).toBeGreaterThan(15);
      expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
      expect(powers.statistic).toBeGreaterThan(chiSquareQuantile(powers.freedom, oneInTenThousand));
    });

    it("gene expression at rest: mean and variance of the protein, with the noise of its messenger", async () => {
      const solver = await solverOf("Transcription: => M; 4; Decay: M => ; M; Translation: M => M + P; 5*M; Loss: P => ; 0.5*P; M = 4; P = 40", { method });
      const protein = solver.states.indexOf("P");
      const values = valuesAtRest(solver, 4000, 24, protein);
      const mean = 40;
      // Var = mean (1 + translation / (decay + loss)). @source Thattai & van Oudenaarden 2001, doi:10.1073/pnas.151588598
      const variance = mean * (1 + 5 / 1.5);
      const seen = values.reduce((total, value) => total + value, 0) / values.length;
      const squares = values.map((value) => (value - mean) ** 2);
      const seenVariance = squares.reduce((total, square) => total + square, 0) / values.length;
      const error = Math.sqrt(squares.reduce((total, square) => total + (square - seenVariance) ** 2, 0)) / values.length;
      expect(Math.abs(seen - mean)).toBeLessThan(manyErrors * Math.sqrt(variance / values.length));
      expect(Math.abs(seenVariance - variance)).toBeLessThan(manyErrors * error);
      // Without the messenger's noise the law would be Poisson, far outside.
      expect(Math.abs(seenVariance - mean)).toBeGreaterThan(manyErrors * error);
    });

    it("waits are exponential, and independent of which channel fires", async () => {
      const rates = [3, 1, 0.25, 4.75];
      const solver = await solverOf(rates.map((rate, index) => `J${index}: => X${index}; ${rate}`).join("; ") + rates.map((_, index) => `; X${index} = 0`).join(""), { method });
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      const [bins, events] = [16, 20_000];
      const run = solver.begin({ seed, times: Float64Array.of(1e9) });
      let [last, fired] = [0, [0, 0, 0, 0]];
      const cells = new Map<number, number>();
      for (let event = 0; event < events; event++) {
        const status = run.advance(1);
        const time = status.status === "paused" ? status.time : NaN;
        const now = Array.from(run.path().firings);
        const channel = now.findIndex((count, index) => count > (fired[index] ?? 0));
        const cell = channel * bins + Math.min(bins - 1, Math.floor(bins * -Math.expm1(-total * (time - last))));
        cells.set(cell, (cells.get(cell) ?? 0) + 1);
        [last, fired] = [time, now];
      }
      const right = chiSquare(cells, (cell) => (rates[Math.floor(cell / bins)] ?? 0) / total / bins, 4 * bins - 1);
      const wrong = chiSquare(cells, (cell) => (Math.floor(cell / bins) === 1 ? 1.2 : 1) * (rates[Math.floor(cell / bins)] ?? 0) / (total + 0.2) / bins, 4 * bins - 1);
      expect(right.freedom).toBe(4 * bins - 1);
      expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
      // A channel 20 % too fast has noncentrality 20 000 * 0.1 * 0.2^2 = 80 above 63 degrees of freedom.
      expect(wrong.statistic).toBeGreaterThan(right.statistic + 20);
    });

    it("a chain of first-order steps: the mean is the molecules' number times one molecule's probability", async () => {
      const [molecules, steps, k, end, runs] = [200, 50, 1, 10, 1000];
      const text = Array.from({ length: steps }, (_, i) => `S${i} => S${i + 1}; ${k}*S${i}`).join("; ");
      const solver = await solverOf(`${text}; S0 = ${molecules}${Array.from({ length: steps }, (_, i) => `; S${i + 1} = 0`).join("")}`, { method });
      const { mean } = await ensemble(solver, { seed, runs, times: Float64Array.of(end) });
      for (let i = 0; i < 25; i++) {
        const p = poisson(k * end)(i);
        expect(Math.abs((mean[i] ?? NaN) - molecules * p)).toBeLessThanOrEqual(manyErrors * Math.sqrt((molecules * p * (1 - p)) / runs));
      }
    });

    it("same seed, same path, on both targets and both layouts of the program; another seed or run, another path", async () => {
      const times = Float64Array.from({ length: 30 }, (_, index) => index / 10);
      for (const network of [zoo["lotka-volterra"].network, networkOfText(dimerisation(40)), zoo["birth-death"].network]) {
        const solvers = await Promise.all(
          [{}, { target: "javascript" as const }, { unrolledChannels: 0 }, { unrolledChannels: 0, target: "javascript" as const }].map((options) => solverOf(network, { method, ...options })),
        );
        const paths = solvers.map((solver) => solver.run({ seed, index: 3, times }));
        for (const path of paths) expect(path).toEqual(paths[0]);
        expect(paths[0]?.status.status).toBe("done");
        expect(solvers[0]?.run({ seed, index: 4, times }).molecules).not.toEqual(paths[0]?.molecules);
        expect(solvers[0]?.run({ seed: seed + 1n, index: 3, times }).molecules).not.toEqual(paths[0]?.molecules);
        expect(solvers[0]?.run({ seed, index: 3, times })).toEqual(paths[0]);
      }
    });

    it("requested times are honoured and change nothing: a path is the same however it is read, paused or prolonged", async () => {
      const solver = await solverOf(zoo["lotka-volterra"].network, { method });
      const fine = solver.run({ seed, times: Float64Array.from({ length: 101 }, (_, index) => index / 100) });
      expect(Array.from(fine.molecules.subarray(0, 2))).toEqual([1000, 1000]);
      const coarse = solver.run({ seed, times: Float64Array.of(0.5, 0.5, 1) });
      expect([...coarse.times]).toEqual([0.5, 0.5, 1]);
      expect([...coarse.molecules]).toEqual([...fine.molecules.slice(100, 102), ...fine.molecules.slice(100, 102), ...fine.molecules.slice(200, 202)]);
      const short = solver.run({ seed, times: Float64Array.of(0.5) });
      expect(short.molecules).toEqual(fine.molecules.slice(100, 102));
      const paused = solver.begin({ seed, times: Float64Array.of(0.5, 0.5, 1) });
      let pauses = 0;
      while (paused.advance(37).status === "paused") pauses += 1;
      expect(pauses).toBeGreaterThan(100);
      expect(paused.path()).toEqual(coarse);
    });

    it("sees an event exactly once: the state between two requested times around it differs by one firing", async () => {
      const solver = await solverOf("A => ; k*A; A = 1; k = 1", { method });
      // The only event of this run falls somewhere; bisection on requested times finds it, from both sides the same.
      let [low, high] = [0, 100];
      for (let step = 0; step < 60; step++) {
        const middle = (low + high) / 2;
        if (solver.run({ seed, times: Float64Array.of(middle) }).molecules[0] === 1) low = middle;
        else high = middle;
      }
      const path = solver.run({ seed, times: Float64Array.of(low, high, 200) });
      expect([...path.molecules]).toEqual([1, 0, 0]);
      expect([...path.firings, path.events]).toEqual([1, 1]);
    });

    it("counts every event: molecules are the start plus stoichiometry times firings", async () => {
      const solver = await solverOf(dimerisation(41), { method });
      const { molecules, firings, events } = solver.run({ seed, times: Float64Array.of(20) });
      expect(solver.channels).toEqual(["On", "On (reverse)"]);
      const net = (firings[0] ?? NaN) - (firings[1] ?? NaN);
      expect([...molecules]).toEqual([41 - 2 * net, net]);
      expect((firings[0] ?? NaN) + (firings[1] ?? NaN)).toBe(events);
      expect(events).toBeGreaterThan(50);
    });

    it("comes to rest where too few molecules are left to react", async () => {
      // One A is left of an odd number: no pair, though an interval around it would hold one.
      const solver = await solverOf("2 A => ; k*A^2; A = 41; k = 1", { method });
      expect(solver.run({ seed, times: Float64Array.of(0, 1e9) })).toMatchObject({ status: { status: "done" }, events: 20, molecules: Float64Array.of(41, 1) });
    });

    it("waits for ever where nothing can happen", async () => {
      const solver = await solverOf("A => ; k*A; A = 0; k = 1", { method });
      expect(solver.run({ seed, times: Float64Array.of(0, 1e9) })).toMatchObject({ status: { status: "done" }, events: 0 });
    });
  });
}
