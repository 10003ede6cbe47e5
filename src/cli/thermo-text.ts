import type { Finding, ThermoReport, ThermoReportRow } from "../thermo/index.ts";
import type { SpeedLimits } from "../thermo/speed-limit.ts";
import { table } from "../study/tables.ts";
import type { MeasuredAnswer } from "./thermo-currents.ts";
import type { Physical } from "./thermo-physical.ts";
import { applicabilityParts, findingsText, measuredParts, rowText, section, short } from "./thermo-text-parts.ts";

/** What the text shows besides the report. */
export interface ThermoTextExtras {
  readonly physical: Physical | null;
  readonly measured: MeasuredAnswer | null;
  readonly findings: readonly Finding[];
  /** Whether observables were named; else a bound is shown for the one it comes nearest to. */
  readonly named: boolean;
  /** Ids of the chemostats that reactions use or make. */
  readonly chemostats: readonly string[];
}

/** A report as text: the trajectory tab-separated in full digits, then what holds at its last time, then the findings. */
export function thermoText(report: ThermoReport, { physical, measured, findings, named, chemostats }: ThermoTextExtras): string {
  const { structure, at, steady } = report;
  const last = at.at(-1);
  const place = steady ? "the steady state" : `time ${short(last?.time)}`;
  return `${[
    ...(steady ? [] : [trajectoryTable(at, physical)]),
    ...applicabilityParts(report.applicability),
    ...(steady ? steadyParts(steady) : []),
    ...section("structure", ["what", "value"], [
      ...(
        [
          ["conservation law", structure.conservationLaws],
          ["broken law", structure.brokenLaws],
          ["cycle", structure.cycles],
          ["emergent cycle", structure.emergentCycles],
        ] as const
      ).flatMap(([what, list]) => list.map((each) => [what, rowText(each)])),
      ["deficiency", String(structure.deficiency)],
      ...structure.wegscheider.map(({ cycle, affinity }) => [`affinity of ${Object.keys(cycle).join(", ")}`, short(affinity)]),
    ]),
    ...(last ? stateParts(report, last, place, { physical, named, chemostats }) : []),
    ...(report.speedLimits ? speedParts(report.speedLimits, named) : []),
    ...measuredParts(measured),
    findingsText(findings),
  ].join("\n\n")}\n`;
}

function trajectoryTable(at: readonly ThermoReportRow[], physical: Physical | null): string {
  const names = at[0]?.observables.map(({ name }) => name) ?? [];
  const reactions = Object.keys(at[0]?.perReaction ?? {});
  const header = [
    "time",
    "entropy production",
    ...reactions.map((id) => `entropy production of ${id}`),
    ...names.flatMap((name) => [`current of ${name}`, `diffusion of ${name}`, `tightness of ${name}`]),
    ...(physical ? ["entropy production, J/(K L s)", "power, W/L"] : []),
  ];
  const rows = at.map((each, index) => [
    each.time,
    each.entropyProduction,
    ...reactions.map((id) => each.perReaction[id] ?? null),
    ...each.observables.flatMap(({ current, diffusion, tightness }) => [current, diffusion, tightness]),
    ...(physical ? [Number(physical.at[index]?.entropyProduction), Number(physical.at[index]?.power)] : []),
  ]);
  return table(header, rows).trimEnd();
}

function steadyParts({ state, stable, eigenvalues, cycles, noise, noNoise }: NonNullable<ThermoReport["steady"]>): readonly string[] {
  const verdict = stable === null ? "rounding cannot tell whether it is stable" : stable ? "stable" : "unstable";
  const spectrum = eigenvalues.map(([re, im]) => (im === 0 ? short(re) : `${short(re)} ${im < 0 ? "-" : "+"} ${short(Math.abs(im))}i`));
  return [
    ...section(`steady state: ${verdict}`, ["state", "value", ...(noise ? ["volume times variance", "Fano factor"] : [])], Object.entries(state).map(([id, value]) => [id, short(value), ...(noise ? [short(noise[id]?.variance), short(noise[id]?.fano)] : [])])),
    ...(noNoise === null ? [] : [`no linear noise: ${noNoise}`]),
    `eigenvalues at constant conserved totals, 1/time: ${spectrum.length === 0 ? "none, the totals fix the state" : spectrum.join(", ")}`,
    ...section(`cycles (${short(cycles.emergent)} of ${short(cycles.entropyProduction)} R per volume and time by emergent ones)`, ["cycle", "emergent", "affinity", "current", "entropy production"], cycles.cycles.map(({ cycle, isEmergent, affinity, current, entropyProduction }) => [rowText(cycle), isEmergent ? "yes" : "no", short(affinity), short(current), short(entropyProduction)])),
  ];
}

function stateParts(report: ThermoReport, last: ThermoReportRow, place: string, { physical, named, chemostats }: Pick<ThermoTextExtras, "physical" | "named" | "chemostats">): readonly string[] {
  const real = physical?.at.at(-1);
  return [
    ...section(`reactions at ${place}: entropy production ${short(last.entropyProduction)} R per volume and time${real && physical ? `, ${short(Number(real.entropyProduction))} J/(K L s), ${short(Number(real.power))} W/L at ${physical.temperature} K` : ""}`, ["reaction", "net flux", "force ln(J+/J-)", "entropy production"], Object.entries(last.fluxes).map(([id, flux]) => [id, short(flux), short(last.forces[id]), short(last.perReaction[id])])),
    ...section(`observables at ${place}`, ["observable", "current", "diffusion", "tightness"], last.observables.map(({ name, current, diffusion, tightness }) => [name, short(current), short(diffusion), short(tightness)])),
    ...section(`dissipation at ${place}, R per volume and time`, ["split", "housekeeping", "excess"], last.onsager || last.informationGeometric ? [splitLine("Onsager", last.onsager), splitLine("information geometry", last.informationGeometric)] : []),
    ...(report.steady && isAtRest(last) ? [`At rest no species changes, so bounds on what they gain say nothing${chemostats.length > 0 ? `; observe what flows: --observable ${chemostats[0] ?? ""}` : ""}.`] : []),
    ...boundParts(report, last, place, named),
  ];
}

function boundParts({ bounds }: ThermoReport, last: ThermoReportRow, place: string, named: boolean): readonly string[] {
  const rows = bounds.flatMap(({ name, quantity, sense }) => {
    const own = last.observables.flatMap((observable) => observable.bounds.filter((bound) => bound.name === name).map((bound) => ({ ...bound, observable: observable.name })));
    return shownOf(own, named).map(({ observable, value, actual, tightness, holds }) => [name, observable, `${quantity} ${short(actual)}`, sense, short(value), short(tightness), holdsText(holds)]);
  });
  return [
    ...section(`bounds at ${place}${named || last.observables.length < 2 ? "" : "; each for the observable it comes nearest to, --observable shows others"}`, ["bound", "observable", "quantity", "is", "bound value", "tightness", "holds"], rows),
    ...section("what they stand on", ["bound", "equation", "source"], rows.length === 0 ? [] : bounds.map(({ name, equation, source }) => [name, equation, source])),
  ];
}

/** All where observables were named; else the tightest, and whatever does not hold. Sides that all observables share stand once. */
function shownOf<One extends { readonly observable: string; readonly value: number | null; readonly actual: number | null; readonly tightness: number | null; readonly holds: boolean | null }>(all: readonly One[], named: boolean): readonly One[] {
  const [first] = all;
  if (!first) return [];
  if (all.every(({ value, actual }) => Object.is(value, first.value) && Object.is(actual, first.actual))) return [all.length > 1 ? { ...first, observable: "all" } : first];
  if (named) return all;
  const tightest = all.reduce((best, one) => ((one.tightness ?? Infinity) < (best.tightness ?? Infinity) ? one : best), first);
  return all.filter((one) => one === tightest || one.holds === false);
}

/** Whether no observable changes, up to rounding of the fluxes. */
function isAtRest({ observables, fluxes }: ThermoReportRow): boolean {
  const largest = Object.values(fluxes).reduce((most, flux) => Math.max(most, Math.abs(flux)), 0);
  return observables.length > 0 && observables.every(({ current }) => Math.abs(current) <= 1e-9 * largest);
}

function speedParts({ duration, resolved, entropyProduction, length, limits, observables }: SpeedLimits, named: boolean): readonly string[] {
  const own = (observables[0]?.limits ?? []).flatMap(({ name }) => shownOf(observables.flatMap((observable) => observable.limits.filter((one) => one.name === name).map((one) => ({ ...one, observable: observable.name }))), named));
  return section(
    `speed limits: least time for what took ${short(duration)} (path length ${short(length)}, entropy produced ${short(entropyProduction)} R per volume)${resolved ? "" : "; integrals short of the tolerance"}`,
    ["limit", "observable", "least time", "tightness", "holds", "equation"],
    [...limits.map((one) => ({ ...one, observable: "all" })), ...own].map(({ name, observable, value, tightness, holds, equation }) => [name, observable, short(value), short(tightness), holdsText(holds), equation]),
  );
}

const splitLine = (name: string, parts: ThermoReportRow["onsager"]): readonly string[] => [name, parts ? short(parts.housekeeping) : "-", parts ? short(parts.excess) : "-"];

const holdsText = (holds: boolean | null): string => (holds === null ? "not known" : holds ? "yes" : "NO");
