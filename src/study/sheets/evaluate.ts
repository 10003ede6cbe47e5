import { oneStepMethods } from "../../solvers/index.ts";
import { thermoReport, type ThermoReport } from "../../thermo/report.ts";
import { adiabaticExcess, boundFindings, instantValues, integralValues, type Named } from "./case-values.ts";
import type { Finding } from "../result.ts";
import { alongCase, type CasePath } from "./case-path.ts";
import type { PreparedCase, PreparedSheet } from "./prepare.ts";
import type { SheetSeries } from "./result.ts";
import type { Sheet, SheetsScenario } from "./schema.ts";
import { seriesOf } from "./series.ts";

type Numerics = SheetsScenario["numerics"];

/** What one case gives: its numbers, the findings with their place, and the curves of a drawn case. */
export interface CaseAnswer {
  readonly values: readonly Named[];
  readonly findings: readonly Finding[];
  readonly series: SheetSeries | null;
}

export type CaseResult = { readonly answer: CaseAnswer; readonly problems?: undefined } | { readonly problems: readonly string[]; readonly answer?: undefined };

/** The case of a sheet that is drawn: the first that runs through time; null where none does. */
export const drawnCase = ({ cases }: PreparedSheet): PreparedCase | null => cases.find((each) => each.case.path !== undefined || each.case.cycle !== undefined) ?? null;

/** Computes one case. @status problems: what keeps it from an answer */
export async function evaluateCase(sheet: Sheet, prepared: PreparedCase, numerics: Numerics, isDrawn: boolean): Promise<CaseResult> {
  const { path, cycle } = prepared.case;
  const method = Object.values(oneStepMethods).find(({ facts }) => facts.id === numerics.method);
  if (!method) return { problems: [`there is no method "${numerics.method}"`] };
  if (path === undefined && cycle === undefined) return atInstant(sheet, prepared, numerics);
  const control = { rtol: numerics.rtol, atol: numerics.atol };
  const points = (path ?? cycle)?.points ?? 2;
  const along = await alongCase(prepared.network, { method, control, observables: sheet.observables, points, ...(path ? { end: path.end } : { horizon: cycle?.horizon ?? Number.NaN }) });
  if (along.problems) return along;
  const answer = await thermoReport(along.path.network, { times: along.path.times, observables: sheet.observables, method: numerics.method, control });
  const wrong = reportProblems(answer);
  if (wrong || !answer.report) return { problems: wrong ?? [] };
  return { answer: throughTime(sheet, prepared, along.path, answer.report, isDrawn) };
}

function throughTime(sheet: Sheet, { case: { id, cycle } }: PreparedCase, path: CasePath, report: ThermoReport, isDrawn: boolean): CaseAnswer {
  const kind = cycle ? "cycle" : "path";
  const where = `${sheet.id}, ${id}`;
  return {
    values: integralValues(report, path, kind),
    findings: [
      ...told([...placed(report.findings, where), ...boundFindings(report, where), ...path.findings.map((finding) => ({ ...finding, where }))], isDrawn || kind === "cycle"),
      ...unresolved(report, path, where),
    ],
    series: isDrawn ? seriesOf(id, kind, report, path) : null,
  };
}

async function atInstant(sheet: Sheet, { case: { id, steady, state }, network }: PreparedCase, numerics: Numerics): Promise<CaseResult> {
  const answer = await thermoReport(network, { ...(steady ? { steady: true } : { times: [0] }), observables: sheet.observables, method: numerics.method });
  const wrong = reportProblems(answer);
  if (wrong || !answer.report) return { problems: wrong ?? [] };
  const where = `${sheet.id}, ${id}`;
  const values = [...instantValues(answer.report), ...(state ? adiabaticExcess(network) : [])];
  return { answer: { values, findings: told([...placed(answer.report.findings, where), ...boundFindings(answer.report, where)], false), series: null } };
}

/** All findings of a case that is shown; of the others only what is violated, so that nobody has to look for it. */
const told = (findings: readonly Finding[], isShown: boolean): readonly Finding[] => (isShown ? findings : findings.filter(({ verdict }) => verdict === "violated"));

/** Integrals over a path that stopped short of the tolerance: their last digits are not to be trusted. */
function unresolved({ speedLimits }: ThermoReport, { resolved }: CasePath, where: string): readonly Finding[] {
  if (resolved && speedLimits?.resolved !== false) return [];
  const equation = "error of the quadrature <= rtol * integral of the size";
  return [{ check: "integrals to tolerance", verdict: "note", value: null, bound: null, equation, source: "Trefethen 2008, doi:10.1137/060659831", where: `${where}: not reached; take a looser rtol, or fewer digits from them`, topic: "numerics" }];
}

const placed = (findings: readonly Finding[], where: string): Finding[] => findings.map((finding) => ({ ...finding, where: finding.where === "" ? where : `${where}: ${finding.where}` }));

/** Why a report is none, or not whole; null where it is. */
function reportProblems(answer: Awaited<ReturnType<typeof thermoReport>>): readonly string[] | null {
  if (answer.problems) return answer.problems.map(({ message }) => message);
  const { status } = answer;
  return status.status === "done" ? null : [`the solver ended with ${status.status}${"hint" in status ? `: ${status.hint}` : ""}`];
}
