import { stochasticThermo, thermoReport, type Finding, type StochasticThermo, type ThermoReport } from "../thermo/index.ts";
import type { ReversePair } from "../models/index.ts";
import { speciesIds, stoichiometryOf } from "../models/structure.ts";
import type { Status } from "../solvers/index.ts";
import { exit, type ExitCode } from "./exit.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { Refused } from "./refused.ts";
import { inMolecules, judgeCurrents } from "./thermo-currents.ts";
import type { ThermoCall } from "./thermo-call.ts";
import { physicalOf, stochasticPhysicalOf } from "./thermo-physical.ts";
import { countProgress } from "./thermo-progress.ts";
import { repairModel } from "./thermo-repair.ts";
import { stochasticApplicability, thermoStochasticText } from "./thermo-stochastic-text.ts";
import { thermoText } from "./thermo-text.ts";
import type { Scene } from "./verb.ts";

/** What `thermo` answers, before it is printed. */
export interface ThermoAnswer {
  /** As --json prints it. */
  readonly output: object;
  readonly text: string;
  readonly code: ExitCode;
  /** What went wrong on the way, for stderr. */
  readonly problem: string | null;
  /** What a page is drawn from; none for a repair. */
  readonly drawn: { readonly report: ThermoReport } | { readonly sampled: StochasticThermo } | null;
  readonly findings: readonly Finding[];
  /** Reaction text of a repaired model. */
  readonly repaired: string | null;
}

/** Answers a call. @throws Refused with every problem */
export function answerThermo(asked: ThermoCall, scene: Scene): Promise<ThermoAnswer> | ThermoAnswer {
  if (asked.mode === "stochastic") return sampledAnswer(asked, scene);
  if (asked.mode !== "repair") return reportAnswer(asked, scene);
  const { output, text } = repairModel(asked);
  return { output: { ...output, ...pairFacts(asked) }, text, code: exit.ok, problem: null, drawn: null, findings: [], repaired: output.model };
}

async function reportAnswer(asked: ThermoCall, { stop }: Scene): Promise<ThermoAnswer> {
  const { network, model, mode, observables, formulas, units, times, method, control, volume } = asked;
  const isSteady = mode === "steady";
  const answer = await thermoReport(network, {
    ...(isSteady ? { steady: true } : { times, method }),
    control,
    ...(observables ? { observables } : {}),
    ...(formulas ? { formulas } : {}),
    signal: stop,
  });
  if (answer.problems) {
    const problems = networkProblems(model.file, answer.problems).map(({ message, ...place }) => placeText({ ...place, message: message.replace(/^option "steady": /, "") }));
    throw new Refused(problems, answer.status === undefined ? exit.usage : exit.numerical);
  }
  const { report, status } = answer;
  const physical = units ? physicalOf(report.at, units) : null;
  const judged = asked.measured ? judgeCurrents(asked, inMolecules(report.at[0]?.entropyProduction ?? Number.NaN, network, volume, model.file)) : null;
  const findings = [...report.findings, ...(judged ? [judged.finding] : [])];
  const measured = judged?.measured ?? null;
  const { schema, ...rest } = report;
  return {
    output: { schema, ...statusFacts(status), ...pairFacts(asked), ...rest, physical, measured, findings },
    text: thermoText(report, { physical, measured, findings, named: observables !== null, chemostats: chemostatsOf(asked) }),
    ...endOf(status, findings, stop),
    drawn: { report: { ...report, findings } },
    findings,
    repaired: null,
  };
}

async function sampledAnswer(asked: ThermoCall, { stop, terminal }: Scene): Promise<ThermoAnswer> {
  const { network, model, observables, times, method, runs, seed, volume, units } = asked;
  const answer = await stochasticThermo(network, {
    runs,
    times,
    seed: BigInt(seed),
    method,
    ...(volume === null ? {} : { volume }),
    ...(observables ? { observables } : {}),
    signal: stop,
    progress: countProgress(terminal, "runs"),
  });
  if (answer.problems) {
    const code = stop.aborted ? exit.interrupted : answer.status === undefined || answer.status.status === "done" ? exit.usage : exit.numerical;
    throw new Refused(networkProblems(model.file, answer.problems).map(placeText), code);
  }
  const { report, status } = answer;
  const { entropyProduction: made } = report;
  const better = made && made.jumps.standardError < made.states.standardError ? made.jumps : made?.states;
  const judged = judgeCurrents(asked, better?.value ?? Number.NaN);
  const findings = [...report.findings, ...(judged ? [judged.finding] : [])];
  const measured = judged?.measured ?? null;
  const physical = units ? stochasticPhysicalOf(report, units) : null;
  const { schema, ...rest } = report;
  return {
    output: { schema, ...statusFacts(status), ...pairFacts(asked), ...rest, applicability: stochasticApplicability(report), physical, measured, findings },
    text: thermoStochasticText(report, { physical, measured, findings }),
    ...endOf(status, findings, stop),
    drawn: { sampled: { ...report, findings } },
    findings,
    repaired: null,
  };
}

/** Chemostats that a reaction changes, or would if they were not held fixed. */
function chemostatsOf({ network }: ThermoCall): readonly string[] {
  const internal = new Set(speciesIds(network, "internal"));
  return network.species.flatMap(({ id }) => (!internal.has(id) && network.reactions.some((reaction) => stoichiometryOf(reaction, id).change !== 0) ? [id] : []));
}

/** What --pair joined; nothing without it. */
const pairFacts = ({ pairs }: ThermoCall): { readonly pairs?: readonly ReversePair[] } => (pairs ? { pairs } : {});

function statusFacts(status: Status): { readonly status: Status["status"]; readonly failure: object | null } {
  const failure = status.status === "done" || status.status === "paused" ? null : { time: status.time, worst: status.worst, hint: status.hint };
  return { status: status.status, failure };
}

function endOf(status: Status, findings: readonly Finding[], stop: AbortSignal): Pick<ThermoAnswer, "code" | "problem"> {
  if (status.status === "paused" || (stop.aborted && status.status === "done")) return { code: exit.interrupted, problem: "interrupted; what is complete is printed" };
  if (status.status !== "done") return { code: exit.numerical, problem: `${status.status} at time ${status.time}, worst ${status.worst}: ${status.hint}` };
  return { code: findings.some(({ verdict }) => verdict === "violated") ? exit.no : exit.ok, problem: null };
}
