import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { formatNumber } from "../number.ts";
import { tableOf } from "../table.ts";
import type { ThermoContext } from "./context.ts";

const listedRows = 100;
const stability = { true: "stable: every eigenvalue has a negative real part", false: "not stable: an eigenvalue has a positive real part", null: "not decided: an eigenvalue is as good as 0" } as const;

function eigenvalueText([re, im]: readonly [number, number]): string {
  return im === 0 ? formatNumber(re) : `${formatNumber(re)} ${im < 0 ? "−" : "+"} ${formatNumber(Math.abs(im))} i`;
}

export function steadyStateSection({ report, units }: ThermoContext): Section | null {
  const { steady } = report;
  if (steady === null) return null;
  const { noise } = steady;
  const ids = Object.keys(steady.state);
  const left = ids.length > listedRows ? `, the first ${listedRows} of ${ids.length}` : "";
  return {
    id: "steady-state",
    title: "Steady state",
    body: html`<p>The steady state is ${stability[`${steady.stable}`]}. Eigenvalues of the Jacobian at constant conserved totals (${units.perTime}): ${steady.eigenvalues.length === 0 ? "none" : steady.eigenvalues.slice(0, 24).map(eigenvalueText).join(", ")}${steady.eigenvalues.length > 24 ? ` and ${steady.eigenvalues.length - 24} more` : null}.</p>
${steady.noNoise === null ? null : html`<p>No linear noise: ${steady.noNoise}.</p>`}
${tableOf({
  caption: `The state${noise === null ? "" : " and its linear noise: volume times variance, and variance over mean (1 for a Poisson law)"}${left}`,
  columns: [
    { name: "species", unit: null },
    { name: "value", unit: units.concentration },
    ...(noise === null ? [] : [{ name: "variance × volume", unit: units.concentration }, { name: "Fano factor", unit: "1" }]),
  ],
  rows: ids.slice(0, listedRows).map((id) => [id, steady.state[id] ?? null, ...(noise === null ? [] : [noise[id]?.variance ?? null, noise[id]?.fano ?? null])]),
})}`,
  };
}
