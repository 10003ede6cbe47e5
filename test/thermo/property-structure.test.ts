import { beforeAll, describe, expect, it } from "vitest";
import { networkOf } from "../../src/models/build.ts";
import type { Network } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import { conservationLaws, cycles, stoichiometryOf } from "../../src/models/structure.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { odeMethods } from "../../src/solvers/ode/index.ts";
import { fluxFrom } from "../../src/thermo/force.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { balanceAt } from "../../src/thermo/structure/balance.ts";
import { cycleDecomposition } from "../../src/thermo/structure/cycle-currents.ts";
import { relativeEntropy } from "../../src/thermo/structure/equilibrium.ts";
import { kineticsOf } from "../../src/thermo/structure/kinetics.ts";
import { openStructure } from "../../src/thermo/structure/laws.ts";
import { nearestConsistent } from "../../src/thermo/structure/nearest-consistent.ts";
import { networkBalance } from "../../src/thermo/structure/network-balance.ts";
import { impliedPotentials } from "../../src/thermo/structure/potentials.ts";
import { semigrandAt, semigrandOf } from "../../src/thermo/structure/semigrand.ts";
import { wegscheiderConditions } from "../../src/thermo/structure/wegscheider.ts";
import { observe, totalActivity, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, judgedCase } from "./random-network.ts";
import type { Judged } from "./random-network.ts";
import { fluxesOfNetwork, systemOfNetwork } from "./states.ts";

const seed = 20_260_102n;
const randomOf = (property: string, index: number): RandomStream => stream(seed, property, index);
const decades = (random: RandomStream, most = 3): number => 10 ** (most * (2 * random.uniform() - 1));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Every network is made once for all properties of this file. */
const cases = casesOf(60);
let judged: Judged[] = [];
beforeAll(() => {
  judged = range(cases).map(judgedCase);
}, 600_000);

interface Constants {
  readonly kPlus: number;
  readonly kMinus: number;
}
const sideOf = (side: Network["reactions"][number]["reactants"]): Record<string, number> => Object.fromEntries(side.map(({ species, stoichiometry }) => [species, stoichiometry]));
/** The network with other constants, as parameters of their own: `kf0`, `kr0`, `kf1`, ... */
function withConstants(network: Network, constants: readonly Constants[]): Network {
  return {
    ...network,
    parameters: constants.flatMap(({ kPlus, kMinus }, index) => [
      { id: `kf${index}`, value: kPlus, constant: true, unit: null },
      { id: `kr${index}`, value: kMinus, constant: true, unit: null },
    ]),
    reactions: network.reactions.map((reaction, index) => ({
      ...reaction,
      rate: massActionLaw.build({ reactants: sideOf(reaction.reactants), products: sideOf(reaction.products), kPlus: `kf${index}`, kMinus: `kr${index}` }).formula,
    })),
  };
}
/** Constants with ln(k+/k-) = -sum S mu0, over random standard potentials. */
function potentialConstants(network: Network, random: RandomStream): Constants[] {
  const mu = new Map(network.species.map(({ id }) => [id, 3 * random.normal()]));
  return network.reactions.map((reaction) => {
    const sum = (side: typeof reaction.reactants): number => side.reduce((total, { species, stoichiometry }) => total + stoichiometry * (mu.get(species) ?? NaN), 0);
    const conductance = decades(random);
    return { kPlus: conductance * Math.exp(sum(reaction.reactants)), kMinus: conductance * Math.exp(sum(reaction.products)) };
  });
}
const logEquilibrium = ({ constants }: { constants: readonly Constants[] }): number[] => constants.map(({ kPlus, kMinus }) => Math.log(kPlus) - Math.log(kMinus));
const opened = (network: Network, random: RandomStream, share = 0.4): Network => ({ ...network, species: network.species.map((one) => ({ ...one, boundary: random.uniform() < share })) });
const power = (x: readonly number[], orders: readonly number[]): number => orders.reduce((product, order, species) => product * (x[species] ?? 1) ** order, 1);

/** A random complex balanced network: random walks around random complexes carry a circulation at a random state x*. */
function complexBalanced(random: RandomStream) {
  const nSpecies = 1 + random.integer(4);
  const ids = range(nSpecies).map((index) => `X${index}`);
  const reference = ids.map(() => decades(random, 1));
  const complexes = [...new Set(range(3 + random.integer(4)).map(() => ids.map(() => random.integer(3)).join(",")))].map((text) => text.split(",").map(Number));
  const flux = new Map<string, number>();
  for (let loop = 0; loop < 1 + random.integer(3); loop += 1) {
    const places = shuffled(range(complexes.length), random).slice(0, 2 + random.integer(Math.max(1, complexes.length - 1)));
    const size = decades(random, 1);
    if (places.length > 1) places.forEach((from, index) => flux.set(`${from} ${places[(index + 1) % places.length]}`, (flux.get(`${from} ${places[(index + 1) % places.length]}`) ?? 0) + size));
  }
  const pairs = [...new Set([...flux.keys()].map((key) => key.split(" ").map(Number).toSorted((a, b) => a - b).join(" ")))];
  const record = (orders: readonly number[]): Record<string, number> => Object.fromEntries(orders.flatMap((order, species) => (order > 0 ? [[ids[species] ?? "", order]] : [])));
  const reactions = pairs.map((pair, index) => {
    const [from = 0, to = 0] = pair.split(" ").map(Number);
    const [before, after] = [complexes[from] ?? [], complexes[to] ?? []];
    const [reactants, products] = [record(before), record(after)];
    const kPlus = (flux.get(`${from} ${to}`) ?? 0) / power(reference, before);
    const kMinus = (flux.get(`${to} ${from}`) ?? 0) / power(reference, after);
    return { id: `R${index}`, reaction: { reactants, products, rate: "0" }, constants: { kPlus, kMinus } };
  });
  const network = networkOf({
    id: "balanced",
    species: Object.fromEntries(ids.map((id, index) => [id, reference[index] ?? 1])),
    reactions: Object.fromEntries(reactions.map(({ id, reaction }) => [id, reaction])),
  });
  return { network: withConstants(network, reactions.map(({ constants }) => constants)), reference };
}

describe("14: complex balanced networks", () => {
  it("are found complex balanced, by the state and by the constants, and V falls from everywhere", () => {
    let driven = 0;
    for (let index = 0; index < cases; index += 1) {
      const random = randomOf("complex balanced", index);
      const { network, reference } = complexBalanced(random);
      if (network.reactions.length === 0) continue;
      const fluxes = fluxesOfNetwork(network);
      const { parameterValues } = fluxes.system;
      const at = balanceAt(network, fluxes.at(0, parameterValues, reference), 1e-12);
      expect(at.isComplexBalanced).toBe(true);
      const { balance } = networkBalance(network, kineticsOf(network, fluxes.system));
      expect(balance).toMatchObject({ isWeaklyReversible: true, isComplexBalanced: true });
      // Detailed balance is complex balance and the circuit conditions; the cycle conditions say the same by another route.
      expect(balance?.isDetailedBalanced).toBe((balance?.circuitResidual ?? NaN) <= 1e-9);
      if (!balance?.isDetailedBalanced) driven += 1;
      const x = reference.map((value) => value * decades(random));
      const point = fluxes.at(0, parameterValues, x);
      const [slope, scale] = network.species.reduce(
        ([sum, size], { id }, species) => {
          const pull = Math.log((x[species] ?? NaN) / (reference[species] ?? NaN));
          const terms = network.reactions.map((reaction, place) => [stoichiometryOf(reaction, id).change * (point.net[place] ?? NaN), stoichiometryOf(reaction, id).change * (point.activity[place] ?? NaN)] as const);
          return [sum + pull * terms.reduce((total, [net]) => total + net, 0), size + Math.abs(pull) * terms.reduce((total, [, activity]) => total + Math.abs(activity), 0)];
        },
        [0, 0],
      );
      expect(slope).toBeLessThanOrEqual(1e-12 * scale);
      // The same slope by a small step along the flow, where it is well above rounding.
      if (slope < -1e-3 * scale) {
        const step = 1e-5 / scale;
        const moved = x.map((value, species) => value + step * network.reactions.reduce((total, reaction, place) => total + stoichiometryOf(reaction, network.species[species]?.id ?? "").change * (point.net[place] ?? NaN), 0));
        if (moved.every((value) => value > 0)) expect(relativeEntropy(moved, reference)).toBeLessThan(relativeEntropy(x, reference));
      }
    }
    expect(driven).toBeGreaterThan(cases / 5);
  });
  it("and random constants are not, wherever the deficiency leaves a condition", () => {
    const found = judged.filter(({ nearEquilibrium }) => !nearEquilibrium).slice(0, 40).map(({ network, fluxes }) => networkBalance(network, kineticsOf(network, fluxes.system)).balance);
    expect(found.some((balance) => balance?.isComplexBalanced === false)).toBe(true);
    for (const balance of found) expect(balance?.isDetailedBalanced).toBe(balance?.isComplexBalanced === true && (balance.circuitResidual ?? NaN) <= 1e-9);
  });
});

describe("15: along integrated trajectories", () => {
  it("Lc x is conserved", async () => {
    let moved = 0;
    for (let index = 0; index < cases; index += 1) {
      const { network, x, fluxes, point } = judged[index] as Judged;
      const laws = conservationLaws(network);
      if (laws.length === 0) continue;
      // Long enough to change something by the fastest reaction, few enough steps that a stiff network ends early: where it ends is as good.
      const fastest = point.activity.reduce((most, a) => Math.max(most, a), 0) / Math.min(...x);
      const solver = await compileSolver(fluxes.system, { method: odeMethods.tsit5, target: "javascript", control: { maxSteps: 200 } });
      const times = range(6).map((step) => (step * 20) / fastest);
      const { values, times: reached } = solver.solve({ parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.from(x), times: Float64Array.from(times) });
      for (const law of laws) {
        for (let row = 0; row < reached.length; row += 1) {
          const terms = network.species.map(({ id }, species) => (law[id] ?? 0) * (values[row * x.length + species] ?? NaN));
          const start = network.species.map(({ id }, species) => (law[id] ?? 0) * (x[species] ?? NaN));
          const scale = [...terms, ...start].reduce((total, term) => total + Math.abs(term), 0);
          const drift = terms.reduce((total, term) => total + term, 0) - start.reduce((total, term) => total + term, 0);
          expect(Math.abs(drift)).toBeLessThanOrEqual(1e-10 * scale);
        }
      }
      if (reached.length > 1 && x.some((value, species) => Math.abs((values[(reached.length - 1) * x.length + species] ?? NaN) / value - 1) > 1e-3)) moved += 1;
    }
    expect(moved).toBeGreaterThan(cases / 20);
  });
});

describe("16: chemostats", () => {
  it("open as many cycles and break as many laws as there are of them, a + b = s_Y", () => {
    for (const [index, { network }] of judged.entries()) {
      const structure = openStructure(opened(network, randomOf("chemostats", index)));
      expect(structure.emergentCycles.length + structure.broken.length).toBe(structure.chemostats.length);
      expect(structure.unbroken.length + structure.broken.length).toBe(structure.conservationLaws.length);
    }
  });
  it("the semigrand potential changes by work minus dissipation, and cycles carry the rest of the entropy", () => {
    for (const [index, { network, x }] of judged.entries()) {
      const random = randomOf("semigrand", index);
      const constants = potentialConstants(network, random);
      const open = withConstants(opened(network, random), constants);
      const fluxes = fluxesOfNetwork(open);
      const state = x.filter((_, species) => !(open.species[species]?.boundary ?? false));
      const point = fluxes.at(0, fluxes.system.parameterValues, state);
      const { potentials } = impliedPotentials(open, logEquilibrium({ constants }));
      const at = semigrandAt(semigrandOf(open), point, potentials);
      const largest = Math.max(1, ...open.species.map(({ id }, species) => Math.abs(potentials[id] ?? NaN) + Math.abs(Math.log(x[species] ?? NaN))));
      const scale = largest * point.net.reduce((total, j) => total + Math.abs(j), 0);
      // Weights of moieties and their sums multiply the rounding.
      expect(Math.abs(at.rate - (at.work - at.dissipation))).toBeLessThanOrEqual(1e-10 * scale);
      // Fluxes made of internal cycles alone are those of a steady state: with consistent constants only emergent cycles carry entropy.
      const structure = openStructure(open);
      const rows = cycles(open, "internal");
      const net = Float64Array.from(open.reactions, ({ id }) => rows.reduce((total, cycle, row) => total + (cycle[id] ?? 0) * (1 + row), 0));
      const decomposed = cycleDecomposition(open, structure, { net, force: point.force });
      const size = net.reduce((total, j, place) => total + Math.abs(j * (point.force[place] ?? NaN)), 0);
      const sigma = net.reduce((total, j, place) => total + j * (point.force[place] ?? NaN), 0);
      expect(decomposed.distance).toBeLessThan(1e-10);
      expect(Math.abs(decomposed.emergent - sigma)).toBeLessThanOrEqual(1e-10 * (size + largest * Math.hypot(...net)));
    }
  });
});

/** Logarithm of a parameter. */
const logOf = (id: string, of: Network): number => Math.log(of.parameters.find((one) => one.id === id)?.value ?? NaN);

describe("17: Wegscheider", () => {
  it("w F = 0 at any state when the constants come from potentials; one changed constant is found where a cycle holds it, and only there", () => {
    let free = 0;
    let held = 0;
    for (const [index, { network, x }] of judged.entries()) {
      const random = randomOf("wegscheider", index);
      const constants = potentialConstants(network, random);
      const logs = logEquilibrium({ constants });
      const found = wegscheiderConditions(network, logs);
      const all = cycles(network);
      expect(found.conditions.map(({ cycle }) => cycle)).toEqual(all);
      expect(found.conditions.every(({ isMet }) => isMet)).toBe(true);
      const made = withConstants(network, constants);
      const fluxes = fluxesOfNetwork(made);
      const { force } = fluxes.at(0, fluxes.system.parameterValues, x);
      for (const cycle of all) expect(Math.abs(network.reactions.reduce((total, { id }, place) => total + (cycle[id] ?? 0) * (force[place] ?? NaN), 0))).toBeLessThanOrEqual(1e-10);
      if (all.length === 0) free += 1;

      const place = random.integer(network.reactions.length);
      const changed = logs.map((value, other) => (other === place ? value + Math.log(2) * (1 + random.uniform()) : value));
      const id = network.reactions[place]?.id ?? "";
      const isHeld = all.some((cycle) => cycle[id] !== undefined);
      const after = wegscheiderConditions(network, changed);
      expect(after.conditions.some(({ isMet }) => !isMet)).toBe(isHeld);
      expect(after.reactions.some(({ reaction }) => reaction === id)).toBe(isHeld);
      if (!isHeld) continue;
      held += 1;
      expect(after.reactions.find(({ reaction }) => reaction === id)?.repairsAlone).toBeCloseTo((logs[place] ?? NaN) - (changed[place] ?? NaN), 8);
    }
    expect(Math.min(free, held)).toBeGreaterThan(cases / 8);
  });
  it("the repair is consistent, and no other consistent constants are nearer", () => {
    for (const [index, { network }] of judged.slice(0, Math.ceil(cases / 2)).entries()) {
      const random = randomOf("repair", index);
      const made = withConstants(network, network.reactions.map(() => ({ kPlus: decades(random), kMinus: decades(random) })));
      const { repair } = nearestConsistent(made);
      expect(repair?.unrevised).toEqual([]);
      const revised = repair?.network ?? made;
      const logsOf = (of: Network): number[] => of.reactions.map((_, place) => logOf(`kf${place}`, of) - logOf(`kr${place}`, of));
      expect(wegscheiderConditions(revised, logsOf(revised)).conditions.every(({ isMet }) => isMet)).toBe(true);
      // The change is at right angles to every consistent direction, which are the potential differences S^T mu.
      const change = logsOf(revised).map((after, place) => after - (logsOf(made)[place] ?? NaN));
      for (const { id } of network.species) {
        const along = network.reactions.reduce((total, reaction, place) => total + stoichiometryOf(reaction, id).change * (change[place] ?? NaN), 0);
        expect(Math.abs(along)).toBeLessThanOrEqual(1e-10 * (1 + Math.hypot(...change)));
      }
      made.reactions.forEach((_, place) => expect(Math.abs(logOf(`kf${place}`, revised) - logOf(`kf${place}`, made) + logOf(`kr${place}`, revised) - logOf(`kr${place}`, made))).toBeLessThan(1e-12));
    }
  });
});

interface Summary {
  readonly sigma: number;
  readonly activity: number;
  readonly f: number;
  readonly diffusion: number;
  /** sum |g| a, the scale of f's rounding. */
  readonly moved: number;
}
function summaryOf(network: Network, x: readonly number[], weights: ReadonlyMap<string, number>): Summary {
  const fluxes = fluxesOfNetwork(network);
  const point = fluxes.at(0, fluxes.system.parameterValues, x);
  const observable = observableOf(network, "c", network.species.map(({ id }) => weights.get(id) ?? 0));
  const sigma = totalEntropyProduction(fluxes, point);
  const { current, diffusion } = observe(point, observable, sigma);
  const moved = observable.perReaction.reduce((total, g, place) => total + Math.abs(g) * (point.activity[place] ?? NaN), 0);
  return { sigma, activity: totalActivity(fluxes, point), f: current, diffusion: diffusion ?? NaN, moved };
}
const randomConstants = ({ network }: Judged, random: RandomStream): Constants[] => network.reactions.map(() => ({ kPlus: decades(random), kMinus: decades(random) }));
const weightsOf = ({ network }: Judged, random: RandomStream): Map<string, number> => new Map(network.species.map(({ id }) => [id, random.normal()]));
/** The tolerances of the specification: forces are exact to a few roundings, and |j| <= a. */
const near = (one: Summary, other: Summary, factor = 1): void => {
  expect(Math.abs(other.sigma - factor * one.sigma)).toBeLessThanOrEqual(1e-12 * factor * one.activity);
  expect(Math.abs(other.f - factor * one.f)).toBeLessThanOrEqual(1e-12 * factor * one.moved);
  expect(Math.abs(other.activity - factor * one.activity)).toBeLessThanOrEqual(1e-12 * factor * one.activity);
  expect(Math.abs(other.diffusion - factor * one.diffusion)).toBeLessThanOrEqual(1e-12 * factor * one.diffusion);
};
const shuffled = <T>(list: readonly T[], random: RandomStream): T[] => list.map((value) => [random.uniform(), value] as const).toSorted(([a], [b]) => a - b).map(([, value]) => value);
const order = (side: Network["reactions"][number]["reactants"]): number => side.reduce((total, { stoichiometry }) => total + stoichiometry, 0);

describe("18: units and names", () => {
  it.each([["a power of two", 2 ** -7, true], ["any number", 1.37, false]] as const)("q = %s: time over q, and volume times q, multiply every rate by q", (_, q, isExact) => {
    for (const [index, one] of judged.entries()) {
      const random = randomOf("units", index);
      const [constants, weights] = [randomConstants(one, random), weightsOf(one, random)];
      const before = summaryOf(withConstants(one.network, constants), one.x, weights);
      const faster = summaryOf(withConstants(one.network, constants.map(({ kPlus, kMinus }) => ({ kPlus: kPlus * q, kMinus: kMinus * q }))), one.x, weights);
      const rescaled = one.network.reactions.map(({ reactants, products }, place) => ({ kPlus: (constants[place]?.kPlus ?? NaN) * q ** (1 - order(reactants)), kMinus: (constants[place]?.kMinus ?? NaN) * q ** (1 - order(products)) }));
      const denser = summaryOf(withConstants(one.network, rescaled), one.x.map((value) => value * q), weights);
      for (const after of [faster, denser]) {
        near(before, after, q);
        if (!isExact) continue;
        // Fluxes and their sums scale without rounding; forces are sums of logarithms, and those round.
        expect(after.activity).toBe(before.activity * q);
        expect(after.diffusion).toBe(before.diffusion * q);
      }
    }
  });
  it("the order of species and reactions and the direction a reaction is written in change nothing", () => {
    for (const [index, one] of judged.entries()) {
      const random = randomOf("permutation", index);
      const weights = weightsOf(one, random);
      const network = withConstants(one.network, randomConstants(one, random));
      const before = summaryOf(network, one.x, weights);
      const species = shuffled(network.species, random);
      const x = species.map(({ id }) => one.x[network.species.findIndex((other) => other.id === id)] ?? NaN);
      const turned = shuffled(network.reactions, random).map((reaction) => (random.uniform() < 0.5 ? reaction : { ...reaction, reactants: reaction.products, products: reaction.reactants, rate: `-(${reaction.rate})` }));
      near(before, summaryOf({ ...network, species, reactions: turned }, x, weights));
    }
  });
});

describe("19: channels", () => {
  it("merging parallel reactions never raises sigma; splitting one into equal parts leaves it", () => {
    let lower = 0;
    for (const [index, one] of judged.entries()) {
      const random = randomOf("channels", index);
      const constants = randomConstants(one, random);
      const network = withConstants(one.network, constants);
      const split = 2 + random.integer(3);
      const parts = withConstants(
        { ...one.network, reactions: one.network.reactions.flatMap((reaction) => range(split).map((part) => ({ ...reaction, id: `${reaction.id}_${part}` }))) },
        constants.flatMap(({ kPlus, kMinus }) => range(split).map(() => ({ kPlus: kPlus / split, kMinus: kMinus / split }))),
      );
      const before = summaryOf(network, one.x, new Map());
      near(before, summaryOf(parts, one.x, new Map()));

      // A second channel with the same change, through a catalyst and with constants of its own.
      const channels = network.reactions.map((reaction) => ({ ...reaction, id: `${reaction.id}_catalysed`, reactants: withCatalyst(reaction.reactants), products: withCatalyst(reaction.products) }));
      const two = withConstants({ ...network, reactions: [...network.reactions, ...channels] }, [...constants, ...randomConstants(one, random)]);
      const fluxes = fluxesOfNetwork(two);
      const point = fluxes.at(0, fluxes.system.parameterValues, one.x);
      const sigma = totalEntropyProduction(fluxes, point);
      const merged = network.reactions.reduce((total, _, place) => {
        // One-way fluxes from a and F: (a - j)/2 would lose a small reverse flux.
        const oneWay = (sign: 1 | -1): number => [place, place + network.reactions.length].reduce((sum, at) => sum + (point.activity[at] ?? NaN) / (1 + Math.exp(-sign * (point.force[at] ?? NaN))), 0);
        const [forward, reverse] = [oneWay(1), oneWay(-1)];
        return total + fluxFrom(forward, reverse, Math.log(forward) - Math.log(reverse)).entropyProduction;
      }, 0);
      expect(merged - sigma).toBeLessThanOrEqual(1e-12 * totalActivity(fluxes, point));
      if (merged < 0.99 * sigma) lower += 1;
    }
    expect(lower).toBeGreaterThan(cases / 4);
  });
  it("dyadic parts of a flux produce exactly their share", () => {
    for (let index = 0; index < cases; index += 1) {
      const random = randomOf("dyadic", index);
      const [forward, reverse] = [decades(random), decades(random)];
      const force = Math.log(forward) - Math.log(reverse);
      const parts = 2 ** (1 + random.integer(8));
      const whole = fluxFrom(forward, reverse, force);
      const part = fluxFrom(forward / parts, reverse / parts, force);
      expect(parts * part.entropyProduction).toBe(whole.entropyProduction);
      expect([parts * part.net, parts * part.activity]).toEqual([whole.net, whole.activity]);
    }
  });
});

function withCatalyst(side: Network["reactions"][number]["reactants"]): Network["reactions"][number]["reactants"] {
  const has = side.some(({ species }) => species === "X0");
  return has ? side.map((one) => (one.species === "X0" ? { ...one, stoichiometry: one.stoichiometry + 1 } : one)) : [...side, { species: "X0", stoichiometry: 1 }];
}

describe("what must break the laws does break them", () => {
  it("an unbalanced pair of fluxes merged from opposite channels hides entropy: merging is not splitting backwards", () => {
    const [one, other] = [fluxFrom(4, 1, Math.log(4)), fluxFrom(1, 4, -Math.log(4))];
    expect(fluxFrom(5, 5, 0).entropyProduction).toBe(0);
    expect(one.entropyProduction + other.entropyProduction).toBeGreaterThan(8);
  });
  it("V rises somewhere at a state that is steady but not complex balanced", () => {
    // The bistable Schlögl model at x = 2.5 with the reference 1.
    const network = networkOf({ id: "schlogl", species: { X: 2.5 }, reactions: { R1: { reactants: { X: 2 }, products: { X: 3 }, rate: "6*X^2 - X^3" }, R2: { reactants: { X: 1 }, rate: "11*X - 6" } } });
    const system = systemOfNetwork(network);
    const fluxes = fluxesOfNetwork(network);
    const point = fluxes.at(0, system.parameterValues, [2.5]);
    const slope = Math.log(2.5) * ((point.net[0] ?? NaN) - (point.net[1] ?? NaN));
    expect(Math.abs(slope - 0.3436)).toBeLessThanOrEqual(5e-5);
    expect(networkBalance(network, kineticsOf(network, system)).balance?.isComplexBalanced).toBe(false);
  });
});
