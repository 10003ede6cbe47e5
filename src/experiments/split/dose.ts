import { z } from "zod";
import { amount, countOf, divide, repeats, splitKind } from "./kind.ts";
import type { ResponseTable } from "../task.ts";

/** One dose of one agent is asked for at a time, inside the range of the doses that are seen or outside of it. */
export const dose = splitKind({
  facts: { id: "dose", title: "one dose of an agent held out", unseen: "dose" },
  options: {
    /** `inside`: between two seen doses; `outside`: the lowest or the highest. */
    range: z.enum(["inside", "outside"]),
    agents: z.array(z.string()).min(1).optional(),
    /** Only these doses; all that lie in the range when not given. */
    doses: z.array(z.number()).min(1).optional(),
    validation: amount,
    repeats,
  },
  plan({ table, rows, controls, agents, shuffled, foldSeed }, options) {
    const chosen = options.agents ?? agents;
    const problems = chosen.filter((agent) => !agents.includes(agent)).map((agent) => `no condition holds the agent "${agent}"`);
    const levels = chosen.flatMap((agent) => levelsOf(table, rows, agent, options.range).map((level) => ({ agent, dose: level })));
    const wanted = levels.filter((level) => options.doses?.includes(level.dose) ?? true);
    const missing = options.doses?.filter((each) => !levels.some((level) => level.dose === each)) ?? [];
    problems.push(...missing.map((each) => `dose ${each} does not lie ${options.range} the doses of ${chosen.join(", ")}`));
    if (wanted.length === 0 && problems.length === 0) problems.push(`no dose lies ${options.range} the others; inside needs three doses, outside two`);
    if (problems.length > 0) return { problems };
    const groups = wanted.map((level) => ({ id: `${level.agent} at ${level.dose}`, conditions: rows.filter((row) => holds(table, row, level)) }));
    const folds = groups.flatMap((group, place) => {
      const rest = rows.filter((row) => !group.conditions.includes(row) && !controls.includes(row));
      const train = rest.length - countOf(options.validation, rest.length);
      return Array.from({ length: options.repeats }, (_, repeat) => {
        const index = place * options.repeats + repeat;
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
    return { folds, groups };
  },
});

interface Level {
  readonly agent: string;
  readonly dose: number;
}

function holds(table: ResponseTable, row: number, level: Level): boolean {
  return table.conditions[row]?.perturbations.some((applied) => applied.agent === level.agent && applied.dose === level.dose) ?? false;
}

function levelsOf(table: ResponseTable, rows: readonly number[], agent: string, range: "inside" | "outside"): readonly number[] {
  const doses = rows.flatMap((row) => table.conditions[row]?.perturbations.filter((applied) => applied.agent === agent).map((applied) => applied.dose) ?? []);
  const ordered = [...new Set(doses)].toSorted((left, right) => left - right);
  if (range === "inside") return ordered.slice(1, -1);
  return ordered.length < 2 ? [] : ordered.filter((_level, place) => place === 0 || place === ordered.length - 1);
}
