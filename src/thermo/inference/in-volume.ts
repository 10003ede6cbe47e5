import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { expressionGraph } from "../../kernel/expression.ts";
import { parseExpression } from "../../kernel/grammar.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { canonicalFormula } from "../../models/formula.ts";
import { revise } from "../../models/revise.ts";

export type InVolumeResult =
  | { readonly network: Network; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly network?: undefined };

/**
 * The same concentrations in another volume: the compartment's size is replaced, and rates that do not name the compartment are
 * taken as amount per time in the old one and scaled with it. Initial amounts scale too.
 * @status problems: no or several compartments, a size that is no positive number or is set by a rule, species whose symbol is an amount.
 */
export function inVolume(network: Network, volume: number): InVolumeResult {
  const where = "option:volume";
  const used = [...new Set(network.species.map(({ compartment }) => compartment))];
  const compartment = network.compartments.find(({ id }) => id === used[0]);
  if (!(volume > 0 && volume < Infinity)) return { problems: [{ where, message: `volume is ${volume}; it must be finite and above 0` }] };
  if (!compartment || used.length > 1) return { problems: [{ where, message: `species lie in ${used.length} compartments; a volume is given to one; set the sizes by name instead` }] };
  const { id, size } = compartment;
  const set = network.rules.some(({ target }) => target === id) || network.initialAssignments.some(({ target }) => target === id);
  if (set || size === null || !(size > 0)) return { problems: [{ where, message: `compartment "${id}" has no fixed size above 0 to scale from` }] };
  const amounts = network.species.filter(({ substanceOnly, boundary }) => substanceOnly && !boundary);
  if (amounts.length > 0) return { problems: amounts.map((species) => ({ where: `species:${species.id}`, message: `species "${species.id}" stands for an amount in formulas, so rates cannot be scaled to another volume; set its initial amount instead` })) };
  const scale = size === 1 ? id : `${id}/${size}`;
  const problems: NetworkProblem[] = [];
  const reactions = network.reactions.map((reaction) => {
    const parsed = parseExpression(expressionGraph(), reaction.rate);
    if (parsed.expression && symbolsOf([parsed.expression]).has(id)) return reaction;
    const formula = canonicalFormula(`${scale}*(${reaction.rate})`);
    if (formula.problems !== undefined) problems.push(...formula.problems.map(({ message }) => ({ where: `reaction:${reaction.id}`, message })));
    return formula.problems === undefined ? { ...reaction, rate: formula.text } : reaction;
  });
  if (problems.length > 0) return { problems };
  const species = network.species.map((one) => (one.initialKind === "amount" && one.initial !== null && !one.substanceOnly ? { ...one, initial: (one.initial * volume) / size } : one));
  return revise({ ...network, reactions, species }, { [id]: volume });
}
