import { describe, expect, it } from "vitest";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { massAction } from "../../src/models/mass-action.ts";
import type { Network } from "../../src/models/network.ts";
import { pairReverses } from "../../src/models/pair-reverses.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import { zoo } from "../../src/models/zoo/index.ts";

function networkOfText(text: string): Network {
  const read = readReactionText(text);
  if (read.problems) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  return read.network;
}
const paired = (text: string) => pairReverses(networkOfText(text));
const reactionsOf = (text: string) => paired(text).network.reactions.map(({ id, rate }) => [id, rate]);

/** Rates of change where the states are 0.7, 0.8, ... */
function changesOf(network: Network): number[] {
  const { system } = odeSystem(network);
  if (!system) throw new Error("no system");
  const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? NaN]));
  system.states.forEach((id, index) => values.set(id, 0.7 + 0.1 * index));
  return evaluateAll(system.rhs, (name) => values.get(name) ?? NaN);
}

describe("reactions that reverse each other", () => {
  it("become one reversible reaction under the first's id, in its place", () => {
    const text = "R0: => C; 1; R1: A + B => C; k1*A*B; X: C => ; 0.1*C; R2: C => B + A; k2*C; k1 = 2; k2 = 3; A = 1; B = 2; C = 3";
    const { network, pairs } = paired(text);
    expect(pairs).toEqual([{ reaction: "R0", reverse: "X" }, { reaction: "R1", reverse: "R2" }]);
    expect(network.reactions.map(({ id, rate, reversible }) => [id, rate, reversible])).toEqual([["R0", "1 - 0.1*C", true], ["R1", "k1*A*B - k2*C", true]]);
    for (const reaction of network.reactions) expect(massAction(network, reaction)).toMatchObject({ kind: "reversible", elementary: true });
  });
  it("leave the equations as they are, and what is joined is as it would be written", () => {
    const text = "R1: 2 A => B; k1*A^2; R2: B => 2 A; k2*B; R3: B => C; B; R4: C => B; 0.5*C; k1 = 2; k2 = 3; A = 1; B = 2; C = 3";
    const before = changesOf(networkOfText(text));
    // Fluxes are at most 3, stoichiometries 2, four terms: each rounds once or twice.
    changesOf(paired(text).network).forEach((change, index) => expect(Math.abs(change - (before[index] ?? NaN))).toBeLessThanOrEqual(4 * 2 * 3 * Number.EPSILON));
    expect(paired(text).network).toEqual(networkOfText("R1: 2 A -> B; k1*A^2 - k2*B; R3: B -> C; B - 0.5*C; k1 = 2; k2 = 3; A = 1; B = 2; C = 3"));
    const written = readReactionText(writeReactionText(paired(text).network));
    expect(written.network).toEqual(paired(text).network);
  });
  it("are taken in order: each at most once, and a side is a multiset", () => {
    const text = "F1: A => B; A; F2: A => B; 2*A; B1: B => A; 3*B; F3: A => B; 4*A; B2: B => A; 5*B; D: A + A => B; A^2; E: B => 2 A; B; A = 1; B = 1";
    expect(paired(text).pairs).toEqual([{ reaction: "F1", reverse: "B1" }, { reaction: "F2", reverse: "B2" }, { reaction: "D", reverse: "E" }]);
    expect(reactionsOf(text)).toEqual([["F1", "A - 3*B"], ["F2", "2*A - 5*B"], ["F3", "4*A"], ["D", "A^2 - B"]]);
  });
  it("count with chemostats and catalysts in them, and not without", () => {
    expect(paired("species $F; R1: A + F => B; A*F; R2: B => A; B; F = 1; A = 1; B = 1").pairs).toEqual([]);
    expect(paired("species $F; R1: A + F => B; A*F; R2: B => A + F; B; F = 1; A = 1; B = 1").pairs).toHaveLength(1);
    expect(paired("R1: A + E => B + E; A*E; R2: B + E => A + E; 2*B*E; E = 1; A = 1; B = 1").pairs).toHaveLength(1);
    // A kinase and a phosphatase are no reverse of each other.
    expect(paired("R1: A + E => B + E; A*E; R2: B + G => A + G; 2*B*G; E = 1; G = 1; A = 1; B = 1").pairs).toEqual([]);
    expect(paired("R1: A => B; A*E; R2: B => A; 2*B*G; species E = 1, G = 1; A = 1; B = 1").pairs).toEqual([]);
  });
  it.each([
    ["reversible already", "R1: A -> B; A - B; R2: B => A; B; A = 1; B = 1"],
    ["saturated", "R1: A => B; A/(1 + A); R2: B => A; B; A = 1; B = 1"],
    ["of another order", "R1: A => B; A^2; R2: B => A; B; A = 1; B = 1"],
    ["without a change", "R1: A => A; A; R2: A => A; 2*A; A = 1"],
    ["read by another rate", "R1: A => B; A; R2: B => A; B; R3: => C; 2*R2; A = 1; B = 1; C = 0"],
    ["read by a rule", "R1: A => B; A; R2: B => A; B; v := R1; A = 1; B = 1"],
    ["with other counts", "R1: 2 A => B; A^2; R2: B => A; B; A = 1; B = 1"],
  ])("%s: left apart, and the network is itself", (_, text) => {
    const network = networkOfText(text);
    expect(pairReverses(network)).toEqual({ network, pairs: [] });
    expect(pairReverses(network).network).toBe(network);
  });
  it("joining twice joins nothing more, for every model of the zoo", () => {
    for (const { network } of Object.values(zoo)) {
      const once = pairReverses(network);
      expect(pairReverses(once.network).pairs).toEqual([]);
      expect(once.network.reactions.length + once.pairs.length).toBe(network.reactions.length);
    }
  });
});
