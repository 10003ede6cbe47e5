import type { Bar } from "../bar-chart.ts";
import type { Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { integerRowText } from "../integer-row.ts";
import { count, formatPercent } from "../number.ts";
import { cycleBars } from "../plots/cycle-bars.ts";
import { seriesStyle } from "../series-style.ts";
import { tableOf } from "../table.ts";
import type { ThermoContext } from "./context.ts";

const drawnCycles = 16;
const listedCycles = 100;
const kinds = { emergent: seriesStyle(1), overall: seriesStyle(0) } as const;

function structureTable({ report }: ThermoContext): Html {
  const { wegscheider, emergentCycles } = report.structure;
  const rows = [
    ...emergentCycles.map((cycle) => [integerRowText(cycle), "emergent", null]),
    ...wegscheider.map(({ cycle, affinity }) => [integerRowText(cycle), "over all species", affinity]),
  ];
  const left = rows.length > listedCycles ? `, ${listedCycles} of ${rows.length}` : "";
  return tableOf({
    caption: `Cycles of the network${left}: those over all species change nothing, emergent ones change chemostats alone. The affinity from the constants alone must be 0 where no fuel is hidden in them (Wegscheider); an emergent cycle is driven by its chemostats, so it has none.`,
    columns: [
      { name: "cycle", unit: null },
      { name: "kind", unit: null },
      { name: "affinity of the constants", unit: "1" },
    ],
    rows: rows.slice(0, listedCycles),
  });
}

function steadyFigure({ report, units }: ThermoContext): Html | null {
  const decomposition = report.steady?.cycles;
  if (decomposition === undefined || decomposition.cycles.length === 0) return null;
  const drawn = decomposition.cycles.toSorted((a, b) => Math.abs(b.current) - Math.abs(a.current)).slice(0, drawnCycles);
  const bars = (pick: "current" | "affinity" | "entropyProduction"): readonly Bar[] => drawn.map((one) => ({ name: integerRowText(one.cycle), style: one.isEmergent ? kinds.emergent : kinds.overall, value: one[pick] }));
  const panels = [
    { title: "Currents", quantity: "current", unit: units.flux, cycles: bars("current") },
    { title: "Affinities", quantity: "affinity", unit: "1", cycles: bars("affinity") },
    { title: "Entropy production", quantity: "entropy production", unit: units.entropyProduction, cycles: bars("entropyProduction") },
  ];
  const drawings = panels.flatMap((panel): readonly Drawing[] => (panel.cycles.some(({ value }) => value !== null && Number.isFinite(value)) ? [cycleBars.draw(panel)] : []));
  if (drawings.length === 0) return null;
  const share = drawn.some(({ isEmergent }) => isEmergent) && decomposition.entropyProduction > 0 && Number.isFinite(decomposition.entropyProduction) ? ` Emergent cycles make ${formatPercent(decomposition.emergent / decomposition.entropyProduction)} of it.` : "";
  const left = decomposition.cycles.length > drawn.length ? ` ${drawn.length} of ${decomposition.cycles.length} cycles are drawn, those with the largest currents.` : "";
  return figureOf({
    label: "Cycles at the steady state",
    caption: `Every flux of a steady state runs around cycles; current times affinity, summed over cycles, is the entropy production.${share}${left} Which set of cycles stands for all is a choice; the sum is not.`,
    drawings,
    legend: [
      ...(drawn.some(({ isEmergent }) => isEmergent) ? [{ name: "emergent cycle", swatch: "band" as const, style: kinds.emergent }] : []),
      ...(drawn.every(({ isEmergent }) => isEmergent) ? [] : [{ name: "cycle over all species", swatch: "band" as const, style: kinds.overall }]),
    ],
    panels: "half",
  });
}

export function cyclesSection(context: ThermoContext): Section {
  const { cycles, emergentCycles } = context.report.structure;
  const total = cycles.length + emergentCycles.length;
  const steady = context.report.steady;
  if (total === 0) return { id: "cycles", title: "Cycles", body: html`<p>The network has no cycle: it can only run down to equilibrium, and at a steady state nothing flows.</p>` };
  const infinite = steady?.cycles.cycles.filter(({ affinity }) => Math.abs(affinity) === Infinity).length ?? 0;
  return {
    id: "cycles",
    title: "Cycles",
    body: html`<p>${count(total, "cycle")}: ${cycles.length} over all species, ${emergentCycles.length} emergent.${steady === null ? " Currents around cycles are well defined at a steady state only; along a trajectory stands their structure." : null}${infinite === 0 ? null : ` ${count(infinite, "cycle")} ${infinite === 1 ? "has" : "have"} an infinite affinity: a reaction in ${infinite === 1 ? "it" : "them"} runs one way.`}</p>
${steadyFigure(context)}${structureTable(context)}`,
  };
}
