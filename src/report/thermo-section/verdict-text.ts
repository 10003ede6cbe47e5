import type { ThermoReport, ThermoReportRow } from "../../thermo/index.ts";
import { count, formatNumber, formatPercent } from "../number.ts";
import type { VerdictLine } from "../section/verdict.ts";
import { listed, timeWords } from "./context.ts";
import type { ThermoContext } from "./context.ts";

/** Words of a check's or a bound's id. */
export const nameWords = (id: string): string => id.replaceAll("-", " ");
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Whether any finding is a violation. */
export function lawLine({ findings }: Pick<ThermoReport, "findings">): VerdictLine {
  const question = "Does anything break a law?";
  const violated = findings.filter(({ verdict }) => verdict === "violated");
  const ok = findings.filter(({ verdict }) => verdict === "ok").length;
  const notes = findings.filter(({ verdict }) => verdict === "note").length;
  const rest = notes === 0 ? "" : ` ${count(notes, "note")} ${notes === 1 ? "stands" : "stand"} in the findings.`;
  if (violated.length > 0) {
    const more = violated.length > 3 ? [`${violated.length - 3} more violations stand in the findings.`] : [];
    return { question, answers: [`Yes: ${count(violated.length, "violation")}.`, ...violated.slice(0, 3).map(({ check, where }) => `${capital(nameWords(check))}: ${where}.`), ...more], tone: "bad" };
  }
  if (ok === 0) return { question, answers: [`Nothing could be decided: no check applied.${rest}`], tone: "neutral" };
  return { question, answers: [`No: ${count(ok, "check")} passed, none failed.${rest}`], tone: "good" };
}

function oneWayLine({ oneWay, momentary, reactions, rows }: ThermoContext): VerdictLine {
  const question = "What runs one way?";
  const unpriced = reactions.filter((id) => !rows.some(({ perReaction }) => id in perReaction));
  const without = unpriced.length === 0 ? [] : [`${listed(unpriced)} ${unpriced.length === 1 ? "has" : "have"} no entropy production: the rate law gives no forward and reverse flux, and the totals leave ${unpriced.length === 1 ? "it" : "them"} out.`];
  const atTimes = momentary.length === 0 ? [] : [`${listed(momentary)} ${momentary.length === 1 ? "has" : "have"} a reverse rate that is 0 at times, where a concentration is 0: entropy production is infinite then.`];
  if (oneWay.length === 0) return { question, answers: [...(unpriced.length === reactions.length ? [] : ["Nothing: every reaction that is judged also has a reverse rate."]), ...atTimes, ...without], tone: without.length > 0 ? "neutral" : "good" };
  const cost = `${listed(oneWay)}: what cannot run backwards costs infinite entropy, so the second law cannot bound ${oneWay.length === 1 ? "it" : "them"}.`;
  return { question, answers: [cost, "Bounds from activity still hold; bounds from entropy production say nothing there.", ...atTimes, ...without], tone: "neutral" };
}

function strongest(row: ThermoReportRow): { readonly id: string; readonly force: number } | null {
  const finite = Object.entries(row.forces).flatMap(([id, force]) => (force !== null && Number.isFinite(force) ? [{ id, force }] : []));
  return finite.reduce<{ id: string; force: number } | null>((top, one) => (top === null || Math.abs(one.force) > Math.abs(top.force) ? one : top), null);
}

/** e^|F| in words: how many times one direction outruns the other. */
function ratioWords(force: number): string {
  const ratio = Math.exp(Math.abs(force));
  return `${force < 0 ? "reverse" : "forward"} flux ${ratio < 1e6 ? formatNumber(ratio) : "more than a million"} times ${force < 0 ? "forward" : "reverse"}`;
}

/** Rounding may put a ratio this far from 0 or 1. */
const rounding = 1e-6;

/** Forces below this leave a state in equilibrium as far as a solver's rounding lets one see; dimensionless. */
const restForce = 1e-6;

function distanceLine({ rows, units }: ThermoContext): VerdictLine {
  const question = "How far from equilibrium?";
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return { question, answers: ["Not known: no state was reached."], tone: "neutral" };
  const sigma = (row: ThermoReportRow): string => (Number.isNaN(row.entropyProduction) ? "not defined" : `${formatNumber(row.entropyProduction)}${Number.isFinite(row.entropyProduction) ? ` ${units.entropyProduction}` : ""}`);
  const isInfinite = rows.every(({ entropyProduction }) => entropyProduction === Infinity);
  const path = isInfinite && first !== last ? "Entropy production is infinite throughout." : first === last ? `Entropy production is ${sigma(last)} ${timeWords(last.time)}.` : `Entropy production goes from ${sigma(first)} to ${sigma(last)} ${timeWords(last.time)}.`;
  const top = strongest(last);
  const isAtRest = top !== null && Math.abs(top.force) < restForce && last.entropyProduction < Infinity;
  const force = top === null ? "No reaction has a finite force there." : isAtRest ? "Every force has gone: this is equilibrium." : `The largest finite force is ${formatNumber(top.force)} in ${top.id}: ${ratioWords(top.force)}.`;
  const { onsager } = last;
  const isSplit = onsager !== null && onsager.housekeeping !== null && last.entropyProduction > 0 && Number.isFinite(last.entropyProduction) && !isAtRest;
  const kept = isSplit ? (onsager.housekeeping ?? 0) / last.entropyProduction : Number.NaN;
  const price = "housekeeping, the price of staying away from equilibrium";
  const share = Number.isNaN(kept) ? [] : [kept > 1 - rounding ? `All of it is ${price}.` : kept < rounding ? "All of it is spent on change: nothing keeps the state away from equilibrium." : `${formatPercent(kept)} of it is ${price}; the rest is spent on change.`];
  return { question, answers: [path, force, ...share], tone: "neutral" };
}

interface Tightest {
  readonly name: string;
  readonly of: string;
  readonly when: string;
  readonly tightness: number;
}

const tighter = (a: Tightest | null, b: Tightest): Tightest => (a === null || b.tightness < a.tightness ? b : a);

/** The bound of a state that leaves the least room, over all observables and the times of finite entropy production, else all times. */
function tightestBound({ rows }: Pick<ThermoContext, "rows">): Tightest | null {
  // Where a flux runs one way, bounds from activity are met exactly and say little.
  const finite = rows.filter(({ entropyProduction }) => Number.isFinite(entropyProduction));
  return (finite.length > 0 ? finite : rows)
    .flatMap(({ time, observables }) => observables.flatMap(({ name: of, bounds }) => bounds.flatMap(({ name, tightness }) => (tightness !== null && Number.isFinite(tightness) ? [{ name, of, when: timeWords(time), tightness }] : []))))
    .reduce<Tightest | null>(tighter, null);
}

/** The speed limit that leaves the least room. */
function tightestLimit({ speedLimits }: Pick<ThermoReport, "speedLimits">): Tightest | null {
  if (speedLimits === null) return null;
  const all = [{ name: "all species together", limits: speedLimits.limits }, ...speedLimits.observables];
  return all
    .flatMap(({ name: of, limits }) => limits.flatMap(({ name, tightness }) => (tightness !== null && Number.isFinite(tightness) ? [{ name, of, when: "over the whole path", tightness }] : [])))
    .reduce<Tightest | null>(tighter, null);
}

function boundLine(context: ThermoContext): VerdictLine {
  const question = "Which bound is tightest?";
  const [bound, limit] = [tightestBound(context), tightestLimit(context.report)];
  const room = ({ tightness }: Tightest): string => (Math.abs(tightness - 1) <= rounding ? "met exactly" : `its two sides differ by a factor of ${formatNumber(tightness)}`);
  const answers = [
    ...(bound === null ? ["No bound has two finite sides: nothing moves, or everything runs one way."] : [`${capital(nameWords(bound.name))}, observable ${bound.of}, ${bound.when}: ${room(bound)}.`]),
    ...(limit === null ? [] : [`Of the speed limits, ${nameWords(limit.name)} of ${limit.of}: ${Math.abs(limit.tightness - 1) <= rounding ? "the path took exactly the least time it allows" : `the path took ${formatNumber(limit.tightness)} times the least time it allows`}.`]),
  ];
  return { question, answers, tone: "neutral" };
}

function nextLine(context: ThermoContext): VerdictLine {
  const { report, oneWay } = context;
  const has = (check: string, verdict: string): boolean => report.findings.some((finding) => finding.check === check && finding.verdict === verdict);
  const answers: string[] = [];
  if (report.findings.some(({ verdict }) => verdict === "violated")) answers.push("Repair what the findings call violated first: each names the reaction, the time and the equation.");
  if (oneWay.length > 0) answers.push(`Give ${listed(oneWay, 3)} a reverse rate, k_f·reactants − k_r·products, however small: then entropy production is finite and the bounds apply.`);
  if (has("wegscheider", "note")) answers.push("A cycle is driven by its constants alone: make the fuel behind it a chemostat, or adjust the constants as the finding says.");
  if (report.steady?.stable === false) answers.push("The steady state is not stable: look along a trajectory, which leaves it.");
  if (answers.length === 0) answers.push(report.steady === null ? "Nothing needs repair. Ask for the steady state to see which cycles carry the entropy production." : "Nothing needs repair. Sample the network to see the fluctuations behind these averages.");
  return { question: "What to do next?", answers, tone: "neutral" };
}

/** The five lines of a thermodynamic report, in the order readers ask; also what a terminal may print. */
export function thermoVerdict(context: ThermoContext): readonly VerdictLine[] {
  return [lawLine(context.report), oneWayLine(context), distanceLine(context), boundLine(context), nextLine(context)];
}
