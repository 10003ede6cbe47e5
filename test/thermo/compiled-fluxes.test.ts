import { describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { fluxesAlong, readObservables } from "../../src/thermo/along.ts";
import { compileFluxes } from "../../src/thermo/compiled-fluxes.ts";
import { fluxFrom } from "../../src/thermo/force.ts";
import { fluxRows } from "../../src/thermo/flux-rows.ts";
import type { FluxRows } from "../../src/thermo/flux-rows.ts";
import { columnOf, numbersOf } from "../../src/thermo/flux-table.ts";
import type { FluxTable, PathNumbers } from "../../src/thermo/flux-table.ts";
import { fluxesOf } from "../../src/thermo/fluxes.ts";
import type { FluxesOptions } from "../../src/thermo/fluxes.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import type { Observable } from "../../src/thermo/observable.ts";
import { observe, totalActivity, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, judgedCase } from "./random-network.ts";
import { fluxesOfNetwork, networkOfText, systemOfNetwork } from "./states.ts";

/** A table holds at each row what `at` and the sums over it give there, to the bit. */
function expectRows({ fluxes, observables }: FluxRows, table: FluxTable, parameters: readonly number[], states: ArrayLike<number>): void {
  const width = fluxes.system.states.length;
  const outOfDomain: unknown[] = [];
  const { columns } = table;
  expect(table.block.length).toBe(columns.count * table.times.length);
  table.times.forEach((time, row) => {
    const point = fluxes.at(time, parameters, Array.from(states).slice(row * width, (row + 1) * width));
    const same = (column: number, expected: ArrayLike<number>): void => {
      for (let index = 0; index < expected.length; index++) {
        const value = columnOf(table, column + index)[row];
        if (!Object.is(value, expected[index])) throw new Error(`${Object.entries(columns).find(([, first]) => first === column)?.[0]} ${index}, row ${row}: ${value} is not ${expected[index]}`);
      }
    };
    const sigma = totalEntropyProduction(fluxes, point);
    const seen = observables.map((observable) => observe(point, observable, sigma));
    same(columns.entropyProduction, point.entropyProduction);
    same(columns.total, [sigma]);
    same(columns.totalActivity, [totalActivity(fluxes, point)]);
    same(columns.observables, seen.flatMap(({ current, diffusion, tightness }) => [current, diffusion ?? NaN, tightness ?? NaN]));
    same(columns.species, point.species);
    same(columns.net, point.net);
    same(columns.activity, point.activity);
    same(columns.force, point.force);
    outOfDomain.push(...point.outOfDomain);
  });
  expect(table.outOfDomain).toEqual(outOfDomain);
}

/** Every species, and weights that are no whole numbers. */
const observablesOf = (network: Network): Observable[] => [
  ...network.species.map(({ id }) => observableOf(network, id, network.species.map((species) => Number(species.id === id)))),
  observableOf(network, "mixed", network.species.map((_, index) => 0.3 * index - 0.7)),
];

async function expectSame(network: Network, values: readonly number[], options: FluxesOptions = {}, parameters?: readonly number[]): Promise<{ readonly table: FluxTable; readonly numbers: PathNumbers }> {
  const { fluxes } = fluxesOf(network, systemOfNetwork(network), options);
  if (!fluxes) throw new Error("no fluxes");
  const given = parameters ?? fluxes.system.parameterValues;
  const path = { times: Array.from({ length: values.length / fluxes.system.states.length }, (_, index) => 0.25 * index), values };
  const slow = fluxRows(fluxes, observablesOf(network));
  const [table, sums] = [slow.table(given, path), slow.sums(given, path)];
  expectRows(slow, table, given, values);
  for (const target of ["wasm", "javascript"] as const) {
    const fast = await compileFluxes(fluxes, observablesOf(network), target);
    expectRows(fast, fast.table(given, path), given, values);
    expect(fast.sums(given, path)).toEqual(sums);
    // Another path in between leaves nothing behind, and takes nothing away.
    const first = fast.sums(given, path);
    fast.table(given.map((value) => 2 * value), { times: [0, 1], values: values.map((value) => value + 1) });
    expect(first).toEqual(sums);
    expect(fast.sums(given, path)).toEqual(sums);
  }
  return { table, numbers: numbersOf(sums, slow.observables) };
}

describe("compiled fluxes", () => {
  it("of random reversible networks are those of single points, to the bit", async () => {
    for (let index = 0; index < casesOf(60, 1000); index++) {
      const { fluxes, x, random } = judgedCase(index);
      const rows = Array.from({ length: 4 }, (_, row) => x.map((value) => (row === 0 ? value : value * Math.exp(random.normal()))));
      const compiled = await compileFluxes(fluxes, observablesOf(fluxes.network));
      expectRows(compiled, compiled.table([], { times: [0, 1, 2, 3], values: rows.flat() }), [], rows.flat());
    }
  });

  it("next to equilibrium, net fluxes are -J+ expm1(-F) to two roundings, with the sign of the force", () => {
    for (let exponent = -300; exponent <= -1; exponent += 0.25) {
      for (const force of [10 ** exponent, -(10 ** exponent)]) {
        const { net } = fluxFrom(3, 3 * Math.exp(-force), force);
        const exact = force > 0 ? -3 * Math.expm1(-force) : 3 * Math.exp(-force) * Math.expm1(force);
        expect(Math.abs(net - exact)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(exact));
        expect(Math.sign(net)).toBe(Math.sign(force));
      }
    }
  });

  it("agree where a value is 0, negative or no number, and say where", async () => {
    const states = [1, 0.5, 0.2, 0, 0.5, 0.2, 0, 0, 0, 1, 0.5, -1e-12, 1, Number.NaN, 0.2, 1, 0.5, 0.2];
    const { table, numbers } = await expectSame(networkOfText("R1: A -> B; 2*A - B; R2: B + C -> A + C; k*B*C - 0.3*A*C; R3: C => ; C; A = 1; B = 0.5; C = 0.2; k = 1"), states);
    expect(new Set(table.outOfDomain.map(({ time }) => time))).toEqual(new Set([0.25, 0.75, 1]));
    expect(numbers.perReaction[1]?.[2]).toBe(0);
    expect(numbers.perReaction[2]?.[0]).toBe(Infinity);
  });

  it("agree for constants that are negative, 0, or vary in time", async () => {
    const network = networkOfText("R1: A -> B; (1 + time)*A - k*B; R2: B -> C; k*B - q*C; A = 1; B = 0.5; C = 0.2; k = 1; q = 2");
    const states = [1, 0.5, 0.2, 0.4, 0.5, 0.6];
    await expectSame(network, states);
    await expectSame(network, states, {}, [0, 2]);
    const { numbers } = await expectSame(network, states, {}, [-1, 2]);
    expect(numbers.outOfDomain.length).toBeGreaterThan(2);
    const short = await expectSame(network, states, {}, [1]);
    expect(short.numbers.perReaction[1]?.every(Number.isNaN)).toBe(true);
  });

  it("agree for reactions without known one-way fluxes, for a volume, for amounts and chemostats", async () => {
    await expectSame(networkOfText("R1: A -> B; (A - B)*(A - 2*B); R2: B -> ; B/(1 + B); A = 1; B = 0.5"), [1, 0.5, 0.3, 0.9]);
    await expectSame(networkOfText("R1: A -> B; (A - B); A = 1; B = 0.5"), [1, 0.5], { exclude: ["R1"] });
    await expectSame(networkOfText("compartment cell = 2.5; species A in cell, $C in cell; substanceOnly species B in cell; R1: A + C -> B; cell*(k*A*C - B); A = 1; B = 0.5; C = 3; k = 2"), [1, 0.5, 0.3, 0.9]);
    for (const { network } of Object.values(zoo)) {
      const count = systemOfNetwork(network).states.length;
      await expectSame(network, Array.from({ length: 3 * count }, (_, index) => 0.3 + 0.1 * (index % 7)));
    }
  });

  it("go through long paths piece by piece", async () => {
    const fluxes = fluxesOfNetwork(zoo.brusselator.network);
    const compiled = await compileFluxes(fluxes);
    const times = Array.from({ length: 1300 }, (_, index) => index);
    const states = times.flatMap((time) => (time === 700 ? [-1, 2] : [1 + 0.5 * Math.sin(time), 2 + Math.cos(time)]));
    expectRows(compiled, compiled.table(fluxes.system.parameterValues, { times, values: states }), fluxes.system.parameterValues, states);
    const path = { times: times.slice(0, 600), values: Float64Array.from(states.slice(0, 1200)) };
    expect(compiled.sums(fluxes.system.parameterValues, path)).toEqual(fluxRows(fluxes, []).sums(fluxes.system.parameterValues, path));
    expect(compiled.sums(fluxes.system.parameterValues, { times: [], values: [] }).block.length).toBe(0);
  });

  it("give `fluxesAlong` the same numbers and findings", async () => {
    const fluxes = fluxesOfNetwork(zoo["michaelis-menten"].network);
    const { observables } = readObservables(fluxes.network, ["P", "ES"]);
    const path = { times: [0, 1, 2], values: [1, 0, 0.6, 0.4, 2 / 7, 5 / 7] };
    const along = (rows: FluxRows) => fluxesAlong(rows, fluxes.system.parameterValues, path, []);
    const compiled = await compileFluxes(fluxes, observables);
    expect(along(compiled)).toEqual(along(fluxRows(fluxes, observables)));
    expect(along(compiled).total[2]).toBeCloseTo((3 / 7) * Math.log(4), 14);
  });
});
