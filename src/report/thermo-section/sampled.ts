import type { StochasticThermo } from "../../thermo/index.ts";
import type { Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { count, formatNumber, formatWithError } from "../number.ts";
import { estimates } from "../plots/estimates.ts";
import type { EstimatesPanel } from "../plots/estimates.ts";
import { seriesStyle } from "../series-style.ts";
import { tableOf } from "../table.ts";
import type { ThermoPageAbout } from "./about.ts";
import { leading, listed } from "./context.ts";
import { thermoFindingsSection } from "./findings.ts";
import { thermoProvenance } from "./provenance.ts";
import { sampledVerdict } from "./sampled-verdict.ts";
import { verdictSectionOf } from "./verdict.ts";

type Row = EstimatesPanel["estimates"][number];

const drawnRows = 24;

/** What kind of report it is, for the line under the title. */
export const sampledKind = ({ runs, window }: StochasticThermo): string => `${count(runs, "sampled run")}, window from ${formatNumber(window.start)} to ${formatNumber(window.end)}`;

const hasFinite = ({ estimates: rows }: EstimatesPanel): boolean => rows.some(({ value }) => value !== null && Number.isFinite(value));
const drawn = (panels: readonly EstimatesPanel[]): readonly Drawing[] => panels.filter(hasFinite).map((panel) => estimates.draw(panel));

function entropySection({ entropyProduction, counts, fromCurrents, reactions, steady, volume }: StochasticThermo, perTime: string): Section {
  const rows: readonly (Omit<Row, "style"> | null)[] = [
    entropyProduction && { name: "from the jumps", value: entropyProduction.jumps.value, standardError: entropyProduction.jumps.standardError },
    entropyProduction && { name: "from the states", value: entropyProduction.states.value, standardError: entropyProduction.states.standardError },
    { name: "from counts of events", value: counts.plugIn.rate, standardError: counts.plugIn.estimate.standardError },
    { name: "short-time bound from counts", value: counts.shortTime.value, standardError: counts.shortTime.standardError },
    fromCurrents && { name: "least that the currents need", value: fromCurrents.unbiased ?? fromCurrents.rate, standardError: null },
    fromCurrents && fromCurrents.lower !== null ? { name: `the same, ${formatNumber(100 * fromCurrents.level)} % lower bound`, value: fromCurrents.lower, standardError: null } : null,
  ];
  const panel: EstimatesPanel = {
    title: "Estimates of entropy production",
    category: "estimate",
    quantity: "entropy production",
    unit: perTime,
    estimates: rows.flatMap((row, index) => (row === null ? [] : [{ ...row, style: seriesStyle(index) }])),
  };
  const drawings = drawn([panel]);
  const oneWay = counts.plugIn.oneDirection.map((index) => reactions[index]?.id ?? "");
  const perVolume = entropyProduction?.perVolume ?? null;
  return {
    id: "entropy-production",
    title: "Entropy production",
    body: html`${entropyProduction === null ? html`<p>Entropy production from jumps and states is not defined for this network; the findings say why.</p>` : null}
${oneWay.length === 0 ? null : html`<p>Seen in one direction alone: ${listed(oneWay)}. The estimate from counts is infinite for that reason, and is not drawn.</p>`}
${steady.applied ? null : html`<p>The window is not a steady state, so the relations of steady states are not applied.</p>`}
${perVolume === null || volume === null || !Number.isFinite(perVolume.value) ? null : html`<p>Per volume: ${formatWithError(perVolume.value, perVolume.standardError)} ${perTime} per unit of volume (${formatNumber(volume)}).</p>`}
${
  drawings.length === 0
    ? html`<p class="empty">No finite estimate to draw.</p>`
    : figureOf({
        label: "Entropy production, estimate by estimate",
        caption: "Whiskers are two standard errors from batches of runs. The jumps and the states estimate the same mean; counts lump the states that a reaction starts from, so exact counts give no more; what the currents need is a lower bound, drawn with the average excess of finite samples taken off.",
        drawings,
        panels: "half",
      })
}`,
  };
}

function reactionsSection({ reactions }: StochasticThermo, time: string): Section {
  const names = leading(reactions.map(({ id }) => id), (id) => [reactions.find((reaction) => reaction.id === id)?.net.value ?? Number.NaN], drawnRows);
  const rows = (pick: "net" | "activity"): readonly Row[] => reactions.flatMap((reaction, index) => (names.includes(reaction.id) ? [{ name: reaction.id, style: seriesStyle(index), value: reaction[pick].value, standardError: reaction[pick].standardError }] : []));
  const drawings = drawn([
    { title: "Net events", category: "reaction", quantity: "net events", unit: `1/${time}`, estimates: rows("net"), reference: { value: 0, name: "balance: 0" } },
    { title: "All events", category: "reaction", quantity: "activity", unit: `1/${time}`, estimates: rows("activity") },
  ]);
  const lumped = reactions.filter(({ diffusionIsApproximate }) => diffusionIsApproximate).map(({ id }) => id);
  const left = reactions.length > names.length ? ` ${names.length} of ${reactions.length} reactions are drawn, those with most net events.` : "";
  return {
    id: "reactions",
    title: "Reactions",
    body: html`${lumped.length === 0 ? null : html`<p>${listed(lumped)}: the rate law stands for several steps, so its sampled fluctuations are not the mechanism's.</p>`}
${drawings.length === 0 ? html`<p class="empty">No reaction to draw.</p>` : figureOf({ label: "Events of each reaction within the window", caption: `Forward minus reverse events, and both together, with two standard errors.${left}`, drawings, panels: "half" })}`,
  };
}

function currentsSection({ currents, steady }: StochasticThermo, time: string): Section {
  const shown = currents.slice(0, drawnRows);
  const rows = (pick: "uncertainty" | "kinetic"): readonly Row[] => shown.map((current, index) => ({ name: current.name, style: seriesStyle(index), value: current[pick]?.value ?? null, standardError: current[pick]?.standardError ?? null }));
  const reference = { value: 1, name: "bound: 1" };
  const drawings = drawn([
    { title: "Uncertainty relation, Var(J)·Σ/(2⟨J⟩²)", category: "current", quantity: "tightness", unit: "1", estimates: rows("uncertainty"), reference },
    { title: "Kinetic uncertainty relation, Var(J)·N/⟨J⟩²", category: "current", quantity: "tightness", unit: "1", estimates: rows("kinetic"), reference },
  ]);
  const lost = currents.filter(({ uncertainty, kinetic }) => uncertainty === null && kinetic === null).map(({ name }) => name);
  const why = steady.applied ? "the current is lost in its noise" : "the relations hold in a steady state, and this window is none";
  const table: Html = tableOf({
    caption: `Currents within the window${currents.length > shown.length ? `, the first ${shown.length} of ${currents.length}` : ""}: mean and variance per time, each with its standard error (SE); events and molecules are counts`,
    columns: [{ name: "current", unit: null }, ...["mean", "SE of mean", "variance", "SE of variance"].map((name) => ({ name, unit: `1/${time}` }))],
    rows: shown.map(({ name, mean, variance }) => [name, ...[mean.value, mean.standardError, variance.value, variance.standardError].map((value) => (Number.isNaN(value) ? null : value))]),
  });
  return {
    id: "tightness",
    title: "Uncertainty relations",
    body: html`${lost.length === 0 ? null : html`<p>Not judged: ${listed(lost)}, because ${why}.</p>`}
${drawings.length === 0 ? html`<p class="empty">No relation could be judged.</p>` : figureOf({ label: "Tightness of the uncertainty relations at finite time", caption: "At least 1 in a steady state: a current cannot be more regular than its entropy production, or its number of events, allows. What is not defined has no dot.", drawings, panels: "half" })}
${table}`,
  };
}

function fluctuationSection({ fluctuationTheorem }: StochasticThermo): Section {
  const [id, title] = ["fluctuations", "Fluctuation theorem"];
  if (fluctuationTheorem === null) return { id, title, body: html`<p class="empty">Not sampled: it needs an entropy of every jump and complete runs.</p>` };
  const { average, expected, runs, duration, starts, meanEntropy, finding } = fluctuationTheorem;
  if (average === null) return { id, title, body: html`<p>${finding.where}.</p>` };
  const drawings = drawn([
    { title: "⟨exp(−Δs)⟩", note: `${count(runs, "run")} of duration ${formatNumber(duration)} from ${count(starts, "different state")}`, category: "estimate", quantity: "average", unit: "1", estimates: [{ name: "sampled", style: seriesStyle(0), value: average.value, standardError: average.standardError }], ...(expected === null ? {} : { reference: { value: expected, name: `theorem: ${formatNumber(expected)}` } }) },
  ]);
  return {
    id,
    title,
    body: html`<p>The average of exp(−Δs) over runs is fixed by the theorem, whatever the network: rare runs that consume entropy weigh as much as all that produce it. Mean entropy of a run: ${formatNumber(meanEntropy)} k_B.</p>
${drawings.length === 0 ? null : figureOf({ label: "Integral fluctuation theorem", caption: "The dot with two standard errors should reach the line.", drawings, panels: "half" })}`,
  };
}

/** The sections of a page on sampled runs, in the order they are printed. */
export function sampledSections(report: StochasticThermo, about: ThermoPageAbout): readonly Section[] {
  const time = about.units?.time ?? "time";
  const { window, warnings } = report;
  return [
    verdictSectionOf(sampledVerdict(report, `k_B/${time}`)),
    entropySection(report, `k_B/${time}`),
    reactionsSection(report, time),
    currentsSection(report, time),
    fluctuationSection(report),
    thermoFindingsSection(report.findings),
    thermoProvenance({ ...about, seed: about.seed ?? report.seed }, [
      ["method", report.method],
      ["runs", `${report.runs} of ${report.requestedRuns}`],
      ["window", `${window.start} to ${window.end}, ${window.points} points`],
      ["volume", report.volume === null ? "none, or several" : String(report.volume)],
      ...warnings.map(({ where, message }) => [`warning, ${where}`, message] as const),
    ]),
  ];
}
