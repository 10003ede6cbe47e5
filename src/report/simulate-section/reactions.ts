import type { Section } from "../context.ts";
import { figureOf } from "../figure.ts";
import { reactionBars } from "../plots/reaction-bars.ts";
import { seriesStyle } from "../series-style.ts";
import type { SimulationReport } from "./report.ts";

const drawnReactions = 30;

/** How often each reaction fired; null where nothing was counted. */
export function reactionsSection({ reactions, times }: SimulationReport): Section | null {
  if (reactions.length === 0 || times.length === 0) return null;
  const most = reactions.toSorted((one, other) => other.perRun - one.perRun).slice(0, drawnReactions);
  const shown = reactions.length > most.length ? most : reactions;
  const left = reactions.length > shown.length ? ` ${shown.length} of ${reactions.length} are drawn, those that fired most.` : "";
  const drawing = reactionBars.draw({ title: "Events in a run", quantity: "events in a run, mean", unit: "1", reactions: shown.map(({ id, perRun }) => ({ name: id, style: seriesStyle(0), value: perRun })) });
  return { id: "reactions", title: "Reactions", body: figureOf({ label: "How often each reaction fired", caption: `Reversible reactions count each way apart.${left}`, drawings: [drawing], panels: "half" }) };
}
