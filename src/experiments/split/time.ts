import { z } from "zod";
import type { ResponseTable } from "../task.ts";
import { amount, countOf, divide, repeats, splitKind, wholeGroup } from "./kind.ts";

/**
 * What happens after a time is asked for, from what happened until then. Each condition becomes two rows of a new table,
 * one measured up to the time and one after it, so that train and test share no cell.
 */
export const time = splitKind({
  facts: { id: "time", title: "the tail of the time course held out", unseen: "time" },
  options: {
    /** Last time that is seen · the table's time unit. */
    until: z.number(),
    /** Of the perturbed conditions: their early part is validated on instead of trained on. */
    validation: amount,
    repeats,
  },
  plan({ table, rows, controls, shuffled, foldSeed }, options) {
    const late = table.features.map((feature) => feature.time > options.until);
    if (late.every((after) => !after)) return { problems: [`no response was measured after time ${options.until}`] };
    if (late.every((after) => after)) return { problems: [`no response was measured until time ${options.until}`] };
    const treated = rows.filter((row) => !controls.includes(row));
    const place = new Map(rows.map((row, index) => [row, index]));
    const earlyOf = (row: number): number => place.get(row) ?? -1;
    const test = rows.map((_row, index) => rows.length + index);
    const folds = Array.from({ length: options.repeats }, (_, index) => {
      const { first, rest } = divide(shuffled(treated, index), countOf(options.validation, treated.length));
      return {
        label: `draw ${index + 1}`,
        group: null,
        seed: foldSeed(index),
        train: [...controls, ...rest].map(earlyOf),
        validation: first.map(earlyOf),
        test,
      };
    });
    return { folds, groups: wholeGroup(test), table: partedTable(table, rows, late, options.until) };
  },
});

function partedTable(table: ResponseTable, rows: readonly number[], late: readonly boolean[], until: number): ResponseTable {
  const width = table.features.length;
  const rowIds = [...rows, ...rows];
  const masked = (matrix: Float64Array): Float64Array => {
    const parted = new Float64Array(rowIds.length * width);
    rowIds.forEach((row, place) => {
      const wantsLate = place >= rows.length;
      for (let feature = 0; feature < width; feature++) {
        parted[place * width + feature] = late[feature] === wantsLate ? (matrix[row * width + feature] ?? Number.NaN) : Number.NaN;
      }
    });
    return parted;
  };
  const inputWidth = table.inputs.names.length;
  const inputs = new Float64Array(rowIds.length * inputWidth);
  rowIds.forEach((row, place) => inputs.set(table.inputs.values.subarray(row * inputWidth, (row + 1) * inputWidth), place * inputWidth));
  return {
    ...table,
    conditions: rowIds.map((row, place) => {
      const condition = table.conditions[row];
      if (condition === undefined) throw new RangeError(`condition ${row} is not in the table`);
      return { ...condition, id: `${condition.id} (${place < rows.length ? "until" : "after"} ${until})` };
    }),
    values: masked(table.values),
    truth: table.truth === null ? null : masked(table.truth),
    sd: table.sd === null ? null : masked(table.sd),
    inputs: { names: table.inputs.names, values: inputs },
    imposed: table.imposed === undefined || table.imposed === null ? null : masked(table.imposed),
  };
}
