import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAgents } from "../../src/experiments/agent.ts";
import { controls, instrument } from "../../src/experiments/perturbation.ts";
import type { Instrumented } from "../../src/experiments/perturbation.ts";
import { perturbationKinds } from "../../src/experiments/perturbation/index.ts";
import type { Agent } from "../../src/experiments/perturbation/kind.ts";
import { formatDesignProblem } from "../../src/experiments/problem.ts";
import { differentiate } from "../../src/kernel/derivative.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { readReactionText } from "../../src/models/text.ts";

const networkOf = (text: string): Network => {
  const read = readReactionText(text);
  if (read.network === undefined) throw new Error(read.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`).join("\n"));
  return read.network;
};
const systemOf = (network: Network): OdeSystem => {
  const made = odeSystem(network);
  if (made.system === undefined) throw new Error(made.problems.map((problem) => problem.message).join("\n"));
  return made.system;
};
const agentsOf = (written: Readonly<Record<string, unknown>>): readonly Agent[] => {
  const read = readAgents(written);
  if ("problems" in read) throw new Error(read.problems.map(formatDesignProblem).join("\n"));
  return read.agents;
};
const woven = (network: Network, written: Readonly<Record<string, unknown>>): Instrumented => {
  const made = instrument(network, agentsOf(written));
  if ("problems" in made) throw new Error(made.problems.map(formatDesignProblem).join("\n"));
  return made;
};
const refusals = (network: Network, written: Readonly<Record<string, unknown>>): readonly string[] => {
  const made = instrument(network, agentsOf(written));
  return "problems" in made ? made.problems.map(formatDesignProblem) : [];
};

/** A cascade with a compartment, a boundary ligand, an amount species, a catalyst, a rule and a reversible step. */
const cascade = networkOf(`
  compartment cell = 2
  species $L in cell, A in cell, B in cell, C in cell, D in cell, E in cell
  substanceOnly species N in cell
  R1: L => A; cell * k1 * L
  R2: A -> B; cell * (k2 * A - k2r * B)
  R3: B + C => 2 D + C; cell * k3 * B * C / (Km + B)
  R4: D => ; cell * k4 * D
  R5: => C; cell * k5
  R6: C => ; cell * k6 * C
  R7: A => N; k7 * A
  E' = k5 * A - k6 * E
  total := A + B
  L = 1.5; A = 0.3; B = 0.7; C = 0.2; D = 0.1; E = 0.4; N = 0.6
  k1 = 0.9; k2 = 1.3; k2r = 0.4; k3 = 2.1; Km = 0.5; k4 = 0.8; k5 = 0.25; k6 = 0.35; k7 = 0.15
`);

const everyKind = {
  koC: { kind: "knockout", target: "C" },
  kdB: { kind: "knockdown", target: "B", factor: 0.2 },
  inhR3: { kind: "inhibition", target: "R3", K: 0.4, h: 2, unit: "uM" },
  inhSome: { kind: "inhibition", target: ["R1", "R4"], K: "Km", h: 1.5 },
  oxC: { kind: "overexpression", target: "C", gain: 4 },
  makeB: { kind: "production", target: "B", rate: 0.3 },
  degD: { kind: "loss", target: ["D", "N"], k: 2 },
  holdA: { kind: "clamp", target: "A" },
  holdE: { kind: "clamp", target: "E" },
  holdN: { kind: "clamp", target: "N" },
  ligand: { kind: "medium", target: "L", unit: "nM" },
};

/** Rates of change by state id at a point, with some parameters changed. */
function ratesAt(system: OdeSystem, point: Readonly<Record<string, number>>, parameters: Readonly<Record<string, number>> = {}): ReadonlyMap<string, number> {
  const values = new Map<string, number>(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? Number.NaN]));
  for (const [id, value] of [...Object.entries(parameters), ...Object.entries(point)]) values.set(id, value);
  const rates = evaluateAll(system.rhs, (name) => (name === "time" ? 0 : (values.get(name) ?? Number.NaN)));
  return new Map(system.states.map((id, index) => [id, rates[index] ?? Number.NaN]));
}
const applied = (agent: string, dose = 1): { agent: string; dose: number; unit: null } => ({ agent, dose, unit: null });
const set = (instrumented: Instrumented, ...perturbations: readonly ReturnType<typeof applied>[]): Readonly<Record<string, number>> => {
  const made = controls(instrumented, { perturbations, medium: {} });
  if ("problems" in made) throw new Error(made.problems.map(formatDesignProblem).join("\n"));
  return made.parameters;
};

const states = ["A", "B", "C", "D", "E", "N"] as const;
const point = fc.record(Object.fromEntries(states.map((id) => [id, fc.double({ min: 1e-3, max: 10, noNaN: true })])));
const plain = systemOf(cascade);

describe("instrument", () => {
  it("covers every kind that exists", () => {
    expect(new Set(Object.values(everyKind).map(({ kind }) => kind))).toEqual(new Set(Object.keys(perturbationKinds)));
    for (const [id, kind] of Object.entries(perturbationKinds)) {
      expect(kind.facts.id).toBe(id);
      expect(kind.facts.source.length).toBeGreaterThan(10);
    }
  });

  const sets: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [["all kinds", everyKind], ...Object.entries(everyKind).map(([id, agent]) => [id, { [id]: agent }] as const)];
  it.each(sets)(
    "leaves every rate at the same bits while nothing is applied: %s",
    (_name, agents) => {
      const system = systemOf(woven(cascade, agents).network);
      fc.assert(
        fc.property(point, (at) => {
          const before = ratesAt(plain, at);
          const after = ratesAt(system, at);
          for (const id of states) expect(after.get(id)).toBe(before.get(id));
        }),
        { numRuns: 50 },
      );
    },
  );

  it("does not depend on the order in which agents are declared", () => {
    const order = fc.shuffledSubarray(Object.entries(everyKind), { minLength: Object.keys(everyKind).length });
    const reference = systemOf(woven(cascade, everyKind).network);
    const doses = { koC: 0, kdB: 0.5, inhR3: 0.3, inhSome: 0.7, oxC: 0.5, makeB: 2, degD: 0.4, ligand: 3 };
    const perturbations = Object.entries(doses).map(([agent, dose]) => applied(agent, dose));
    const at = { A: 0.3, B: 1.7, C: 0.9, D: 2.2, E: 0.1, N: 0.5 };
    const expected = ratesAt(reference, at, set(woven(cascade, everyKind), ...perturbations));
    fc.assert(
      fc.property(order, (shuffled) => {
        const instrumented = woven(cascade, Object.fromEntries(shuffled));
        const rates = ratesAt(systemOf(instrumented.network), at, set(instrumented, ...perturbations));
        // Factors and terms are only associated differently: a few roundings.
        for (const id of states) expect(rates.get(id)).toBeCloseTo(expected.get(id) ?? Number.NaN, 12);
      }),
      { numRuns: 20 },
    );
  });

  it("keeps canonical text: instrumented formulas are what the reader would store", () => {
    const { network } = woven(cascade, everyKind);
    expect(JSON.parse(JSON.stringify(network))).toEqual(network);
    expect(network.reactions.find((reaction) => reaction.id === "R6")).toEqual(cascade.reactions.find((reaction) => reaction.id === "R6"));
  });
});

describe("each kind does what it says", () => {
  const at = { A: 0.3, B: 1.7, C: 0.9, D: 2.2, E: 0.1, N: 0.5 };
  const withAgents = (agents: Readonly<Record<string, unknown>>, ...perturbations: readonly ReturnType<typeof applied>[]): ReadonlyMap<string, number> => {
    const instrumented = woven(cascade, agents);
    return ratesAt(systemOf(instrumented.network), at, set(instrumented, ...perturbations));
  };
  const control = ratesAt(plain, at);
  const rounding = 12;

  it("knockout stops the reactions that make the target and nothing else", () => {
    const rates = withAgents({ koC: everyKind.koC }, applied("koC"));
    expect(rates.get("C")).toBeCloseTo(-0.35 * 0.9, rounding);
    for (const id of ["A", "B", "D", "E", "N"]) expect(rates.get(id)).toBe(control.get(id));
  });

  it("a catalyst is not produced, so its knockout leaves the catalysed reaction its rate", () => {
    expect(woven(cascade, { koC: everyKind.koC }).network.reactions.find(({ id }) => id === "R3")?.rate).toBe(cascade.reactions.find(({ id }) => id === "R3")?.rate);
  });

  it("knockout of a reaction scales that reaction alone", () => {
    const rates = withAgents({ ko: { kind: "knockout", target: "R4" } }, applied("ko"));
    expect(rates.get("D")).toBeCloseTo((control.get("D") ?? 0) + 0.8 * 2.2, rounding);
  });

  it("knockdown keeps the factor at dose 1 and interpolates below", () => {
    const made = 0.25;
    const lost = 0.35 * 0.9;
    const kd = { kd: { kind: "knockdown", target: "C", factor: 0.2 } };
    expect(withAgents(kd, applied("kd")).get("C")).toBeCloseTo(0.2 * made - lost, rounding);
    expect(withAgents(kd, applied("kd", 0.5)).get("C")).toBeCloseTo(0.6 * made - lost, rounding);
  });

  it("inhibition divides the rate by 1 + (u/K)^h, at K by 2", () => {
    const rate = (2 * 2.1 * 1.7 * 0.9) / (0.5 + 1.7);
    const lost = 0.8 * 2.2;
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (u) => {
        const rates = withAgents({ inhR3: everyKind.inhR3 }, applied("inhR3", u));
        expect(rates.get("D")).toBeCloseTo(rate / (1 + (u / 0.4) ** 2) - lost, rounding);
      }),
      { numRuns: 30 },
    );
    expect(withAgents({ inhR3: everyKind.inhR3 }, applied("inhR3", 0.4)).get("D")).toBeCloseTo(rate / 2 - lost, rounding);
  });

  it("an inhibition constant named by a parameter follows that parameter", () => {
    const instrumented = woven(cascade, { i: { kind: "inhibition", target: "R5", K: "k7" } });
    const rates = ratesAt(systemOf(instrumented.network), at, { ...set(instrumented, applied("i", 2)), k7: 1 });
    expect(rates.get("C")).toBeCloseTo(0.25 / 3 - 0.35 * 0.9, rounding);
  });

  it("an inhibition constant can be calibrated from dose 0 on, also with h below 1", () => {
    const instrumented = woven(cascade, { i: { kind: "inhibition", target: "R5", K: "k7", h: 0.5 } });
    const system = systemOf(instrumented.network);
    const index = system.states.indexOf("C");
    const slope = differentiate(system.graph, system.rhs[index] ?? system.graph.constant(Number.NaN), "k7");
    const at0 = new Map([...system.parameters.map((id, place) => [id, system.parameterValues[place] ?? Number.NaN] as const), ...Object.entries(at)]);
    expect(evaluateAll([slope], (name) => at0.get(name) ?? Number.NaN)[0]).toBeCloseTo(0, 300);
  });

  it("overexpression multiplies production; production and loss add reactions in concentration units", () => {
    expect(withAgents({ oxC: everyKind.oxC }, applied("oxC")).get("C")).toBeCloseTo(4 * 0.25 - 0.35 * 0.9, rounding);
    expect(withAgents({ makeB: everyKind.makeB }, applied("makeB", 2)).get("B")).toBeCloseTo((control.get("B") ?? 0) + 2 * 0.3, rounding);
    const degraded = withAgents({ degD: everyKind.degD }, applied("degD", 0.5));
    expect(degraded.get("D")).toBeCloseTo((control.get("D") ?? 0) - 2.2, rounding);
    // N is an amount: k * N molecules a time, whatever the volume.
    expect(degraded.get("N")).toBeCloseTo((control.get("N") ?? 0) - 0.5, rounding);
  });

  it("a clamp stops the species exactly, leaves all others, and sets the start value", () => {
    for (const [agent, target] of [["holdA", "A"], ["holdE", "E"], ["holdN", "N"]] as const) {
      const instrumented = woven(cascade, { [agent]: everyKind[agent] });
      const made = controls(instrumented, { perturbations: [applied(agent, 0.3)], medium: {} });
      if ("problems" in made) throw new Error("expected controls");
      expect(made.start).toEqual({ [target]: 0.3 });
      const rates = ratesAt(systemOf(instrumented.network), at, made.parameters);
      // toBeCloseTo(0, 300): zero of either sign.
      expect(rates.get(target)).toBeCloseTo(0, 300);
      for (const id of states) if (id !== target) expect(rates.get(id)).toBe(control.get(id));
    }
  });

  it("a clamp also stops what other agents add", () => {
    const agents = { holdB: { kind: "clamp", target: "B" }, makeB: everyKind.makeB, degB: { kind: "loss", target: "B", k: 1 } };
    expect(withAgents(agents, applied("holdB", 1), applied("makeB", 5), applied("degB")).get("B")).toBeCloseTo(0, 300);
  });

  it("medium sets a boundary species, as an agent or by the segment", () => {
    const instrumented = woven(cascade, { ligand: everyKind.ligand });
    const byAgent = set(instrumented, applied("ligand", 3));
    expect(byAgent).toEqual({ L: 3 });
    expect(controls(instrumented, { perturbations: [], medium: { L: 3 } })).toEqual({ parameters: { L: 3 }, start: {} });
    expect(ratesAt(systemOf(instrumented.network), at, byAgent).get("A")).toBeCloseTo((control.get("A") ?? 0) + 0.9 * 1.5, rounding);
  });
});

const clash = (agents: Readonly<Record<string, unknown>>, perturbations: readonly ReturnType<typeof applied>[], medium: Readonly<Record<string, number>> = {}): readonly string[] => {
  const made = controls(woven(cascade, agents), { perturbations, medium });
  return "problems" in made ? made.problems.map(formatDesignProblem) : [];
};

describe("composition", () => {
  it("factors on one target multiply", () => {
    const agents = { kd1: { kind: "knockdown", target: "C", factor: 0.5 }, kd2: { kind: "knockdown", target: "R5", factor: 0.4 }, ox: { kind: "overexpression", target: "C", gain: 3 } };
    const instrumented = woven(cascade, agents);
    const rates = ratesAt(systemOf(instrumented.network), { A: 0, B: 0, C: 0, D: 0, E: 0, N: 0 }, set(instrumented, applied("kd1"), applied("kd2"), applied("ox")));
    expect(rates.get("C")).toBeCloseTo(0.5 * 0.4 * 3 * 0.25, 12);
  });

  it("two clamps of one species, or two media of one parameter, are refused by name", () => {
    const clamps = { low: { kind: "clamp", target: "A" }, high: { kind: "clamp", target: "A" } };
    expect(clash(clamps, [applied("low", 0), applied("high", 2)])).toEqual(['perturbations[1]: "A" is held by "low" and by "high" in one segment']);
    expect(clash({ ligand: everyKind.ligand }, [applied("ligand", 2)], { L: 1 })).toEqual(['perturbations[0]: "L" is set by the medium and by "ligand" in one segment']);
  });

  it("refuses unknown agents, an agent applied twice, impossible doses and unknown media, all at once", () => {
    expect(clash({ koC: everyKind.koC, degD: everyKind.degD }, [applied("koc"), applied("koC", 0.5), applied("degD", -1), applied("degD")], { Lig: 1, L: Number.NaN })).toEqual([
      'medium.Lig: "Lig" is not a boundary species or free parameter; known: L, k1, k2, k2r, k3, Km, k4, k5, k6, k7',
      "medium.L: NaN is not a finite value",
      'perturbations[0].agent: unknown agent "koc"; did you mean "koC"?',
      'perturbations[1].dose: knockout by "koC": dose 0.5 is not possible (0 or 1)',
      'perturbations[2].dose: loss by "degD": dose -1 is not possible (multiple of k)',
      'perturbations[3]: "degD" is applied twice in one segment',
    ]);
  });
});

describe("refusals", () => {
  it("names targets that cannot be edited so, all at once", () => {
    const made = refusals(cascade, {
      a: { kind: "knockout", target: "L" },
      b: { kind: "knockout", target: "E" },
      c: { kind: "inhibition", target: "B", K: 1 },
      d: { kind: "overexpression", target: "X", gain: 2 },
      e: { kind: "loss", target: "total", k: 1 },
      f: { kind: "medium", target: "A" },
      g: { kind: "clamp", target: "L" },
      h: { kind: "medium", target: "total" },
    });
    expect(made).toHaveLength(8);
    expect(made.find((text) => text.startsWith("a."))).toBe('a.target: knockout of "L": "L" is a boundary species, which reactions do not change; set it with a medium');
    expect(made.find((text) => text.startsWith("c."))).toBe('c.target: inhibition of "B": "B" is not a reaction; an inhibition names one ("B" is made by R2)');
  });

  it("overexpression of what nothing produces is refused and says what to use", () => {
    const network = networkOf("X = 1; k = 1; R: X => ; k * X");
    expect(refusals(network, { ox: { kind: "overexpression", target: "X", gain: 2 } })).toEqual([
      'ox.target: overexpression of "X": no reaction has "X" as a net product; a gain multiplies a production, for an added one use the kind "production"',
    ]);
  });

  it("names taken by the network and unknown parameters in constants", () => {
    const network = networkOf("X = 1; knockout_a = 1; R: => X; knockout_a");
    expect(refusals(network, { a: { kind: "knockout", target: "X" }, b: { kind: "inhibition", target: "R", K: "Kx" } })).toEqual([
      'a: its control parameter needs the name "knockout_a", which the network already uses',
      'b.K: "Kx" is not a parameter of the network; known: knockout_a',
    ]);
  });

  it("an agent declared wrongly is refused with every problem", () => {
    const read = readAgents({
      "PD-03": { kind: "knockout", target: "A" },
      a: { kind: "knokout", target: "A" },
      b: { kind: "inhibition", target: "R1", K: 0, n: 2 },
      c: { kind: "knockdown", target: "A" },
      d: { kind: "knockdown", target: "A", factor: "k1" },
      e: { kind: "loss" },
    });
    expect("problems" in read && read.problems.map(formatDesignProblem)).toEqual([
      'PD-03: agent id "PD-03" becomes part of a parameter\'s name; use letters, digits and _',
      'a.kind: unknown kind of perturbation "knokout"; did you mean "knockout"?',
      'b.K: "K" is 0, outside (0, Infinity] (dose that halves the rate)',
      'b.n: inhibition has no constant "n"; known: K, h, kind, target, unit',
      'c.factor: knockdown needs "factor": share of the rate that remains at dose 1',
      'd.factor: "factor" must be a number (share of the rate that remains at dose 1)',
      "e.target: give the id of a species, reaction or parameter, or a list of ids",
    ]);
    expect("problems" in readAgents([])).toBe(true);
  });
});
