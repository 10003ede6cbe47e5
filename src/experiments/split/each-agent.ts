import { z } from "zod";
import { hasAgent } from "../condition.ts";
import { amount, countOf, divide, repeats } from "./kind.ts";
import type { SplitContext, SplitPlan, SplitProblems } from "./kind.ts";

/** Options of the splits that leave one agent out at a time. */
export const eachAgentOptions = {
  /** Of the perturbed conditions that are not asked for. */
  validation: amount,
  /** Draws of the validation conditions per agent. */
  repeats,
  /** Agents left out, one at a time; all of them when not given. */
  agents: z.array(z.string()).min(1).optional(),
};

/** One set of folds and one scoring group per agent; `asked` is what is held out among the conditions that hold the agent. */
export function eachAgent(
  { table, rows, controls, agents, shuffled, foldSeed }: SplitContext,
  options: { readonly validation: number; readonly repeats: number; readonly agents?: readonly string[] | undefined },
  asked: (row: number) => boolean,
): SplitPlan | SplitProblems {
  const chosen = options.agents ?? agents;
  const unknown = chosen.filter((agent) => !agents.includes(agent));
  if (unknown.length > 0) return { problems: unknown.map((agent) => `no condition holds the agent "${agent}"; agents are ${agents.join(", ")}`) };
  const groups = chosen
    .map((agent) => ({
      id: agent,
      conditions: rows.filter((row) => {
        const condition = table.conditions[row];
        return condition !== undefined && hasAgent(condition, agent) && asked(row);
      }),
    }))
    .filter((group) => group.conditions.length > 0);
  if (groups.length === 0) return { problems: ["no condition is held out"] };
  const folds = groups.flatMap((group) => {
    const rest = rows.filter((row) => !group.conditions.includes(row) && !controls.includes(row));
    const train = rest.length - countOf(options.validation, rest.length);
    return Array.from({ length: options.repeats }, (_, repeat) => {
      // The index follows the agent's place in the table, so a chosen agent draws the same folds as in the full list.
      const index = agents.indexOf(group.id) * options.repeats + repeat;
      const divided = divide(shuffled(rest, index), train);
      return {
        label: `${group.id}, draw ${repeat + 1}`,
        group: group.id,
        seed: foldSeed(index),
        train: [...controls, ...divided.first],
        validation: divided.rest,
        test: group.conditions,
      };
    });
  });
  const starved = folds.find((fold) => fold.train.length === 0);
  return starved === undefined ? { folds, groups } : { problems: [`nothing is left to train on when ${starved.group} is held out`] };
}
