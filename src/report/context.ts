import type { RunResult } from "../study/result.ts";
import type { Html } from "./html.ts";
import type { Manifest } from "./manifest.ts";
import { seriesStyle, truthStyle } from "./series-style.ts";
import type { SeriesStyle } from "./series-style.ts";

export type ModelRole = "subject" | "baseline" | "control";

/** What every section reads: the run, its manifest, and one look for each model. */
export interface ReportContext {
  readonly result: RunResult;
  readonly manifest: Manifest;
  /** Splits in the order of the result. */
  readonly splits: readonly string[];
  /** Unit of time of the run's curves; null = not stated. */
  readonly timeUnit: string | null;
  readonly responseUnit: string | null;
  role(model: string): ModelRole;
  style(model: string): SeriesStyle;
  title(model: string): string;
}

/** One section of the page; it stands in the page even when there is nothing to show, and says so. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** Prepares what the sections share. */
export function contextOf(result: RunResult, manifest: Manifest): ReportContext {
  const listed = new Map((result.models ?? []).map((model) => [model.id, model]));
  const judged = new Set(result.verdicts.map((verdict) => verdict.model));
  const role = (model: string): ModelRole => listed.get(model)?.role ?? (judged.has(model) ? "subject" : "baseline");
  const names = distinct([
    ...(result.models ?? []).map((model) => model.id),
    ...result.verdicts.map((verdict) => verdict.model),
    ...result.curves.flatMap((curve) => Object.keys(curve.lines)),
    ...result.training.map((curve) => curve.model),
    ...result.scores.map((score) => score.model),
    ...distinct(result.parity.map((point) => point.model)),
  ]).filter((name) => name !== "truth");
  const ordered = [...names.filter((name) => role(name) === "subject"), ...names.filter((name) => role(name) !== "subject")];
  const styles = new Map(ordered.map((name, index) => [name, seriesStyle(index)]));
  return {
    result,
    manifest,
    splits: distinct([
      ...result.verdicts.map((verdict) => verdict.split),
      ...result.scores.map((score) => score.split),
      ...distinct(result.parity.map((point) => point.split)),
      ...result.training.map((curve) => curve.split),
    ]),
    timeUnit: result.curves[0]?.timeUnit ?? null,
    responseUnit: result.responseUnit ?? null,
    role,
    style: (model) => styles.get(model) ?? truthStyle,
    title: (model) => listed.get(model)?.title ?? model,
  };
}
