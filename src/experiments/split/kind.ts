import { z } from "zod";
import type { Fold, ResponseTable, ScoringGroup } from "../task.ts";

/** What no training or validation condition of a fold may share with its test conditions. */
export type Unseen = "condition" | "combination" | "agent" | "dose" | "time";

export interface SplitFacts {
  readonly id: string;
  readonly title: string;
  readonly unseen: Unseen;
}

/** What a kind of split works on. */
export interface SplitContext {
  readonly table: ResponseTable;
  /** Conditions in use (all but `without`), in table order; so are the lists below, which part them. */
  readonly rows: readonly number[];
  /** Always trained on, never counted in an amount. */
  readonly controls: readonly number[];
  readonly singles: readonly number[];
  readonly combinations: readonly number[];
  /** Agents in the order of their first condition. */
  readonly agents: readonly string[];
  /** The same rows in an order that depends on the split's seed, its id and the index alone. */
  shuffled(rows: readonly number[], index: number): readonly number[];
  /** Seed for what is fitted on the fold of this index. */
  foldSeed(index: number): string;
}

export interface SplitPlan {
  readonly folds: readonly Fold[];
  readonly groups: readonly ScoringGroup[];
  /** The table the indices mean, where it is not the context's. */
  readonly table?: ResponseTable;
}

export interface SplitProblems {
  readonly problems: readonly string[];
}

/** A way to part conditions; `options` are its keys in a scenario besides `kind`, `id`, `seed` and `without`. */
export interface SplitKind<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly facts: SplitFacts;
  readonly options: Shape;
  plan(context: SplitContext, options: z.output<z.ZodObject<Shape>>): SplitPlan | SplitProblems;
}

/** Keeps the type of a kind's options while it is declared. */
export function splitKind<Shape extends z.ZodRawShape>(kind: SplitKind<Shape>): SplitKind<Shape> {
  return kind;
}

/** A fraction (below 1) or a whole number of conditions. */
export const amount = z
  .number()
  .min(0)
  .refine((value) => value < 1 || Number.isInteger(value), { error: "expected a fraction below 1 or a whole number of conditions" });

/** How often a split is drawn anew. */
export const repeats = z.int().min(1).max(10_000);

/** Conditions that an amount asks for, out of `available`; a fraction is rounded to the nearest whole number. */
export function countOf(asked: number, available: number): number {
  return asked < 1 ? Math.round(asked * available) : asked;
}

/** The one group of a split whose conditions are all scored together. */
export function wholeGroup(conditions: readonly number[]): readonly ScoringGroup[] {
  return [{ id: "all", conditions }];
}

/** The shuffled rows cut in two: the first `size` and the rest. */
export function divide(rows: readonly number[], size: number): { readonly first: readonly number[]; readonly rest: readonly number[] } {
  return { first: rows.slice(0, size), rest: rows.slice(size) };
}

