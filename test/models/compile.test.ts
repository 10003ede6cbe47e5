import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { symbolsOf } from "../../src/kernel/substitute.ts";
import { odeSystem, reactionRates } from "../../src/models/compile.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { readReactionText } from "../../src/models/text.ts";
import { networks } from "./random-network.ts";

const networkOf = (text: string) => {
  const read = readReactionText(text);
  if (read.problems) throw new Error(JSON.stringify(read.problems));
  return read.network;
};
const compile = (text: string) => {
  const result = odeSystem(networkOf(text));
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result;
};
const problems = (text: string): string[] => (odeSystem(networkOf(text)).problems ?? []).map(({ where, message }) => `${where} ${message}`);

/** Values of all symbols at the start: parameters, states from their initial expressions, time 0. */
function start(system: OdeSystem): (expression: Expression) => number {
  const values = new Map<string, number>([["time", 0]]);
  system.parameters.forEach((id, index) => values.set(id, system.parameterValues[index] ?? Number.NaN));
  const at = (expression: Expression): number => evaluate(expression, (name) => values.get(name) ?? Number.NaN);
  const states = system.initialState.map(at);
  system.states.forEach((id, index) => values.set(id, states[index] ?? Number.NaN));
  return at;
}
const record = (ids: readonly string[], values: readonly number[]) => Object.fromEntries(ids.map((id, index) => [id, values[index]]));

describe("states and parameters", () => {
  test("concentrations change by rate over volume, amounts by rate; boundary and const species are parameters", () => {
    const { system } = compile(`
      compartment C = 2; species A in C = 3, $B in C = 5; substanceOnly species Q in C; Q = 4; const species Z = 7
      J: 2 A + B -> Q + Z; k*A*B*Q*Z; k = 0.1`);
    expect(system.states).toEqual(["A", "Q"]);
    expect(record(system.parameters, system.parameterValues)).toEqual({ k: 0.1, B: 5, Z: 7, C: 2 });
    const rate = 0.1 * 3 * 5 * 4 * 7;
    const at = start(system);
    expect(system.rhs.map(at)).toEqual([(-2 * rate) / 2, rate]);
    expect(record(system.outputs.map(({ id }) => id), system.outputs.map(({ expression }) => at(expression)))).toEqual({ A: 3, B: 5, Q: 2, Z: 7 });
  });

  test("initial amounts, initial assignments in order of dependence, whatever the order of the text", () => {
    const { system } = compile(`
      compartment C = 2; species A in C, B in C; A -> B; k*A
      B = A*q; q = 2*p; p = C + k; A = 10/C; k = 3`);
    const at = start(system);
    expect(system.initialState.map(at)).toEqual([5, 5 * 2 * 5]);
    expect(system.parameters).toEqual(["k", "C"]);
  });

  test("a parameter with an initial assignment keeps the value it had at time 0", () => {
    const { system } = compile("A -> ; k*A; k = 2*A; A = 3");
    const values = new Map([["A", 100]]);
    expect(evaluate(system.rhs[0] as Expression, (name) => values.get(name) ?? Number.NaN)).toBe(-6 * 100);
  });

  test("assignment rules and reaction ids are written out, rate rules are states", () => {
    const { system } = compile("J: A -> B; x*A; K: B -> ; 2*J; x := y + 1; y' = -y*time; y = 4; A = 2; B = 1");
    expect(system.states).toEqual(["A", "B", "y"]);
    expect(system.rhs.map(start(system))).toEqual([-10, 10 - 20, -0]);
    expect(system.outputs.map(({ id }) => id)).toEqual(["A", "B", "x", "y"]);
  });

  test("in a growing compartment the state is the amount and the output is diluted", () => {
    const { system } = compile("compartment C = 2; C' = 3; species A in C = 5, $B in C = 7; J: A -> ; k*A*B; k = 1");
    expect(system.states).toEqual(["A", "C"]);
    const at = start(system);
    expect(system.initialState.map(at)).toEqual([10, 2]);
    expect(system.rhs.map(at)).toEqual([-35, 3]);
    expect(record(system.parameters, system.parameterValues)).toEqual({ k: 1, B: 14 });
    const later = new Map<string, number>([["A", 10], ["B", 14], ["C", 4]]);
    expect(system.outputs.map(({ expression }) => evaluate(expression, (name) => later.get(name) ?? Number.NaN))).toEqual([2.5, 3.5, 4]);
  });

  test("a boundary species with a rate rule moves; with an assignment rule it is what the rule says", () => {
    const { system } = compile("species $A = 1, $F; A' = 2; F := sin(time) + A; J: A + F -> P; A*F; P = 0");
    expect(system.states).toEqual(["A", "P"]);
    expect(system.parameters).toEqual([]);
    expect(system.rhs.map(start(system))).toEqual([2, 1]);
  });

  test("the implied compartment is no parameter, a declared one is", () => {
    expect(compile("A -> ; k*A; k = 1").system.parameters).toEqual(["k"]);
    expect(compile("compartment C = 1; species A in C; A -> ; k*A; k = 1").system.parameters).toEqual(["k", "C"]);
  });

  test("rates are given on the same graph", () => {
    const network = networkOf("A -> B; x*A; x := 2*k; k = 3; A = 1");
    const graph = expressionGraph();
    const result = odeSystem(network, graph);
    expect(reactionRates(network, graph)[0]).toBe(result.system?.rhs[1]);
  });
});

describe("problems and warnings", () => {
  test("undefined symbols are named all at once, with the nearest known id", () => {
    const found = problems("J1: A -> B; k_on*A; J2: B -> ; kof*B + zz; k_off = 1; k_om = 2; A = qq");
    expect(found).toHaveLength(4);
    expect(found[0]).toBe(`reaction:J1 "k_on" is not defined (did you mean "k_om"?); give it a value, e.g. 'k_on = 1'`);
    expect(found.join("\n")).toContain(`reaction:J2 "kof" is not defined`);
    expect(found.join("\n")).toContain(`value:A "qq" is not defined`);
  });

  test("circles are refused by name", () => {
    expect(problems("x := y + 1; y := 2*x; A -> ; x")).toEqual([expect.stringContaining("defined in a circle: x -> y -> x")]);
    expect(problems("p = q; q = p; A -> ; p")).toEqual([expect.stringContaining("in a circle: p -> q -> p")]);
    expect(problems("J: A -> ; K; K: A -> ; J")).toEqual([expect.stringContaining("in a circle")]);
    expect(compile("x' = y; y' = x; x = 1; y = 2").system.states).toEqual(["x", "y"]);
  });

  test("what is not given is said", () => {
    const { warnings } = compile("compartment C; species A in C; A -> ; k*A; const k; unused = 3");
    expect(warnings.map(({ where }) => where)).toEqual(["species:A", "parameter:k", "parameter:unused", "compartment:C"]);
  });
});

describe("laws over random networks", () => {
  test("a system reads nothing but its states, parameters and time; its start nothing but parameters", () => {
    let compiled = 0;
    fc.assert(
      fc.property(networks(), (network) => {
        const result = odeSystem(network);
        if (result.problems) return;
        compiled += 1;
        const { system } = result;
        const known = new Set(["time", ...system.states, ...system.parameters]);
        for (const name of symbolsOf([...system.rhs, ...system.outputs.map(({ expression }) => expression)])) expect(known).toContain(name);
        for (const name of symbolsOf([...system.initialState])) expect(system.parameters).toContain(name);
        expect(system.outputs.slice(0, network.species.length).map(({ id }) => id)).toEqual(network.species.map(({ id }) => id));
        expect(system.parameterValues).toHaveLength(system.parameters.length);
        expect(new Set([...system.states, ...system.parameters]).size).toBe(system.states.length + system.parameters.length);
      }),
      { numRuns: 500 },
    );
    expect(compiled).toBeGreaterThan(50);
  });
});
