import { z } from "zod";
import { stream } from "../numerics/random.ts";
import { formatSeed, parseSeed } from "../numerics/seed.ts";
import { isCombination, isControl, isSingle, tableAgents } from "./condition.ts";
import { splitKinds } from "./split/index.ts";
import type { SplitContext, SplitKind } from "./split/kind.ts";
import { suggestion } from "./suggestion.ts";
import type { PredictionTask, ResponseTable } from "./task.ts";

const seed = z.union([z.int().min(0).transform(String), z.string()], { error: "expected a 64-bit seed: a whole number, or in quotes beyond 2^53" }).transform((text, context) => {
  const parsed = parseSeed(text);
  if ("seed" in parsed) return formatSeed(parsed.seed);
  context.addIssue({ code: "custom", message: parsed.problem });
  return z.NEVER;
});

/** Keys of every split: its kind and id, the root seed of its draws, and conditions it does not use at all. */
const head = { id: z.string().min(1), seed, without: z.array(z.string()).default([]) };

const entryOf = <const Id extends keyof typeof splitKinds>(id: Id) =>
  z.strictObject({ kind: z.literal(id), ...head, ...(splitKinds[id].options as (typeof splitKinds)[Id]["options"]) });

/** One entry of a scenario's `splits:`, checked: an unknown key or kind is an error. */
export const splitSchema = z.discriminatedUnion("kind", [
  entryOf("random"),
  entryOf("held-out-combination"),
  entryOf("single-to-combination"),
  entryOf("leave-perturbation-out"),
  entryOf("held-out-perturbation"),
  entryOf("dose"),
  entryOf("time"),
  entryOf("listed"),
]);

/** A split as a scenario declares it, after `splitSchema`. */
export type SplitRequest = z.output<typeof splitSchema>;

/** Parts a table's conditions as asked; the same table and request give the same folds on any machine. */
export function predictionTask(table: ResponseTable, request: SplitRequest): { readonly task: PredictionTask } | { readonly problems: readonly string[] } {
  const ids = table.conditions.map((condition) => condition.id);
  const unknown = request.without.filter((id) => !ids.includes(id));
  if (unknown.length > 0) return { problems: unknown.map((id) => `"without" names a condition "${id}" that the table does not have${suggestion(id, ids)}`) };
  // The schema has paired the options with their kind; the registry's union type cannot say so.
  const kind = splitKinds[request.kind] as unknown as SplitKind;
  const plan = kind.plan(contextOf(table, request), request);
  if ("problems" in plan) return { problems: plan.problems.map((problem) => `split "${request.id}" (${request.kind}): ${problem}`) };
  return { task: { id: request.id, kind: request.kind, table: plan.table ?? table, folds: plan.folds, groups: plan.groups } };
}

function contextOf(table: ResponseTable, request: SplitRequest): SplitContext {
  const root = BigInt(request.seed);
  const rows = table.conditions.flatMap((condition, row) => (request.without.includes(condition.id) ? [] : [row]));
  const where = (predicate: typeof isControl): readonly number[] =>
    rows.filter((row) => {
      const condition = table.conditions[row];
      return condition !== undefined && predicate(condition);
    });
  return {
    table,
    rows,
    controls: where(isControl),
    singles: where(isSingle),
    combinations: where(isCombination),
    agents: tableAgents(rows.flatMap((row) => table.conditions[row] ?? [])),
    shuffled: (list, index) => stream(root, `split/${request.id}`, index).shuffle(list),
    foldSeed: (index) => {
      const draw = stream(root, `fold/${request.id}`, index);
      return formatSeed((BigInt(draw.nextUint32()) << 32n) | BigInt(draw.nextUint32()));
    },
  };
}
