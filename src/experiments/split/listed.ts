import { z } from "zod";
import type { ResponseTable } from "../task.ts";
import { splitKind, wholeGroup } from "./kind.ts";

const ids = z.array(z.string());

/** Conditions named one by one. */
export const listed = splitKind({
  facts: { id: "listed", title: "named conditions held out", unseen: "condition" },
  options: {
    /** Left out: all that are neither validated nor tested on. */
    train: ids.min(1).optional(),
    validation: ids.default([]),
    test: ids.min(1),
  },
  plan({ table, rows, foldSeed }, options) {
    const problems: string[] = [];
    const find = (names: readonly string[]): readonly number[] => names.flatMap((name) => rowOf(table, rows, name, problems));
    const test = find(options.test);
    const validation = find(options.validation);
    const train = options.train === undefined ? rows.filter((row) => !test.includes(row) && !validation.includes(row)) : find(options.train);
    const all = [...train, ...validation, ...test];
    const twice = new Set(all.filter((row, place) => all.indexOf(row) !== place));
    problems.push(...[...twice].map((row) => `condition "${table.conditions[row]?.id ?? row}" is listed twice`));
    if (train.length === 0 && problems.length === 0) problems.push("no condition is left to train on");
    if (problems.length > 0) return { problems };
    return { folds: [{ label: "as listed", group: null, seed: foldSeed(0), train, validation, test }], groups: wholeGroup(test) };
  },
});

function rowOf(table: ResponseTable, rows: readonly number[], name: string, problems: string[]): readonly number[] {
  const row = rows.find((each) => table.conditions[each]?.id === name);
  if (row !== undefined) return [row];
  problems.push(`no condition in use is called "${name}"`);
  return [];
}
