import { jsonNumber } from "./canonical.ts";
import type { RunResult } from "./result.ts";

type Cell = string | number | null;

/** A result's tables as TSV, by file name: the twin of every figure. */
export function resultTables(result: RunResult): Readonly<Record<string, string>> {
  const rows = {
    "scores.tsv": table(["split", "model", "metric", "value", "se", "n"], result.scores.map((s) => [s.split, s.model, s.metric, s.value, s.se, s.n])),
    "verdicts.tsv": table(
      ["split", "model", "metric", "verdict", "against", "rival", "difference", "se"],
      result.verdicts.map((v) => [v.split, v.model, v.metric, v.verdict, v.against, v.rival, v.difference, v.se]),
    ),
    "findings.tsv": table(
      ["check", "verdict", "value", "bound", "equation", "source", "where"],
      result.findings.map((f) => [f.check, f.verdict, f.value, f.bound, f.equation, f.source, f.where]),
    ),
    "not-applicable.tsv": table(["split", "model", "reason"], result.notApplicable.map((n) => [n.split, n.model, n.reason])),
    "parity.tsv": table(
      ["split", "model", "condition", "feature", "role", "observed", "predicted"],
      result.parity.map((p) => [p.split, p.model, p.condition, p.feature, p.role, p.observed, p.predicted]),
    ),
    "curves.tsv": table(
      ["condition", "observable", "role", "model", "time", "time unit", "value", "unit"],
      result.curves.flatMap((curve) =>
        Object.entries(curve.lines).flatMap(([model, line]) =>
          line.map((value, index) => [curve.condition, curve.observable, curve.role, model, curve.times[index] ?? null, curve.timeUnit, value, curve.unit]),
        ),
      ),
    ),
    "training.tsv": table(
      ["split", "model", "iteration", "loss", "validation"],
      result.training.flatMap((curve) => curve.iteration.map((iteration, index) => [curve.split, curve.model, iteration, curve.loss[index] ?? null, curve.validation[index] ?? null])),
    ),
    "learned-fluxes.tsv": table(
      ["flux", "condition", "role", "time", "learned", "truth", "unit"],
      result.learnedFluxes.flatMap((curve) =>
        curve.times.map((time, index) => [curve.flux, curve.condition, curve.role, time, curve.learned[index] ?? null, curve.truth?.[index] ?? null, curve.unit]),
      ),
    ),
    "thermodynamics.tsv": table(
      ["condition", "time", "quantity", "value", "unit"],
      result.thermo.flatMap((curve) => [
        ...curve.entropyProduction.map((value, index) => [curve.condition, curve.times[index] ?? null, "entropy production", value, curve.unit]),
        ...named(curve, "entropy production of", curve.perReaction, curve.unit),
        ...named(curve, "tightness of", curve.tightness, "1"),
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(rows).filter(([, text]) => text.includes("\n", text.indexOf("\n") + 1)));
}

function named(curve: RunResult["thermo"][number], what: string, lines: Readonly<Record<string, readonly number[]>>, unit: string): readonly (readonly Cell[])[] {
  return Object.entries(lines).flatMap(([id, line]) => line.map((value, index) => [curve.condition, curve.times[index] ?? null, `${what} ${id}`, value, unit]));
}

/** Tab-separated rows under a header; empty for null, non-finite numbers by name. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = (cell: Cell) => (cell === null ? "" : typeof cell === "number" ? String(jsonNumber(cell)) : cell.replaceAll(/[\t\r\n]+/g, " "));
  return [header, ...rows].map((row) => `${row.map(text).join("\t")}\n`).join("");
}
