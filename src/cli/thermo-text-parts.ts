import { applicabilityText, type Applicability } from "../thermo/applicability.ts";
import type { Finding } from "../thermo/index.ts";
import { columns } from "./result-text.ts";
import type { MeasuredAnswer } from "./thermo-currents.ts";

/** Six significant digits; `-` where there is no number. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return "-";
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(6));
  return Math.abs(rounded) < 1e7 ? String(rounded) : rounded.toExponential().replace("e+", "e");
}

/** A value with its standard error. */
export const withError = (estimate: { readonly value: number; readonly standardError: number } | null): string =>
  estimate === null ? "-" : Number.isNaN(estimate.standardError) ? short(estimate.value) : `${short(estimate.value)} ± ${estimate.standardError.toPrecision(2)}`;

/** A titled table; empty where there are no rows. */
export function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`${title}\n${indented(columns([header, ...rows]))}`];
}

/** Lines two spaces to the right. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** `2 A, 1 B` of an integer row. */
export const rowText = (row: Readonly<Record<string, number>>): string => Object.entries(row).map(([id, factor]) => `${factor} ${id}`).join(", ");

/** What one-way, learned and reduced reactions mean for each quantity; nothing where all are reversible steps. */
export const applicabilityParts = (applicability: Applicability): readonly string[] => (applicability.isThermodynamic ? [] : [applicabilityText(applicability)]);

/** Findings with numbers, place, equation and source; what is violated comes first. */
export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return "findings: none";
  const order = ["violated", "note", "ok", "not applicable"];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const width = Math.max(...sorted.map(({ verdict }) => verdict.length));
  const lines = sorted.map(({ check, verdict, value, bound, where, equation, source }) => {
    const numbers = [...(value === null ? [] : [short(value)]), ...(bound === null ? [] : [`against ${short(bound)}`])].join(" ");
    return `${verdict.padEnd(width)}  ${check}${numbers === "" ? "" : `: ${numbers}`}; ${where}\n${" ".repeat(width + 2)}[${equation}] ${source}`;
  });
  return `findings\n${indented(lines.join("\n"))}`;
}

/** Least entropy production that measured currents need, beside what the model makes. */
export function measuredParts(measured: MeasuredAnswer | null): readonly string[] {
  if (!measured) return [];
  const { file, currents, combined, rate, unbiased, lower, level, weights, modelRate } = measured;
  return [
    ...section(`entropy production that ${combined ? "combinations of " : ""}${currents.map((name) => `"${name}"`).join(", ")} (${file}) need, k_B per time`, ["quantity", "value"], [
      ["as measured", short(rate)],
      ["less the average excess of few repetitions", short(unbiased)],
      [`at least, with ${Number((100 * level).toPrecision(6))} % confidence`, short(lower)],
      ["this model makes", short(modelRate)],
    ]),
    ...(combined ? section("the combination that needs most, in standard deviations", ["current", "weight"], Object.entries(weights).map(([name, weight]) => [name, short(weight)])) : []),
  ];
}
