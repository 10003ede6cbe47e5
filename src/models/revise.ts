import { canonicalFormula, plainNumber } from "./formula.ts";
import { checkNetwork, valueOf } from "./check.ts";
import type { NetworkProblem } from "./check.ts";
import { suggestion } from "./nearest.ts";
import type { Network } from "./network.ts";

export type ReviseResult =
  | { readonly network: Network; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly network?: undefined };

/**
 * A new network with some parameters, compartment sizes or initial values replaced, before initial assignments are evaluated.
 * A number replaces an initial assignment; a formula becomes one. A species' number is a concentration (an amount where it is
 * `substanceOnly`), whatever it was before.
 * @status problems: unknown ids (with the nearest known one), rule-driven ids, formulas that cannot be read; all of them.
 */
export function revise(network: Network, changes: Readonly<Record<string, number | string>>): ReviseResult {
  const problems: NetworkProblem[] = [];
  const known = [...network.parameters, ...network.compartments, ...network.species].map(({ id }) => id);
  const numbers = new Map<string, number | null>();
  const formulas = new Map(network.initialAssignments.map(({ target, formula }) => [target, formula]));
  for (const [id, change] of Object.entries(changes)) {
    const where = `value:${id}`;
    const note = (message: string): void => void problems.push({ where, message });
    if (!known.includes(id)) {
      note(`there is no parameter, compartment or species "${id}"${suggestion(id, known)}`);
      continue;
    }
    if (network.rules.some((rule) => rule.kind === "assignment" && rule.target === id)) {
      note(`"${id}" is set by an assignment rule; change what the rule reads`);
      continue;
    }
    const read = typeof change === "number" ? { number: change } : readChange(change);
    if ("problem" in read) note(`"${id} = ${change}": ${read.problem}`);
    else if ("formula" in read) {
      numbers.set(id, null);
      formulas.set(id, read.formula);
    } else if (!Number.isFinite(read.number)) note(`the value of "${id}" is not a finite number`);
    else {
      numbers.set(id, read.number);
      formulas.delete(id);
    }
  }
  const number = (id: string): number | null => (numbers.has(id) ? (numbers.get(id) ?? null) : valueOf(network, id));
  const revised: Network = {
    ...network,
    compartments: network.compartments.map((one) => ({ ...one, size: number(one.id) })),
    species: network.species.map((one) => ({
      ...one,
      initial: number(one.id),
      initialKind: numbers.has(one.id) ? (one.substanceOnly ? "amount" : "concentration") : one.initialKind,
    })),
    parameters: network.parameters.map((one) => ({ ...one, value: number(one.id) })),
    initialAssignments: [...formulas].map(([target, formula]) => ({ target, formula })),
  };
  problems.push(...(problems.length === 0 ? checkNetwork(revised) : []));
  return problems.length > 0 ? { problems } : { network: revised };
}

function readChange(text: string): { readonly number: number } | { readonly formula: string } | { readonly problem: string } {
  const formula = canonicalFormula(text);
  if (formula.problems) return { problem: formula.problems.map(({ column, message }) => `column ${column}: ${message}`).join("; ") };
  const number = plainNumber(formula.expression);
  return number === null ? { formula: formula.text } : { number };
}
