import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { unitWords } from "../unit.ts";

/** What a thermodynamic report is about, and how it came to be. */
export interface ThermoPageAbout {
  readonly title: string;
  /** The command that made it, as one would type it again. */
  readonly command: string;
  /** Version of semimech. */
  readonly version: string;
  /** Day or moment, ISO 8601. */
  readonly date: string;
  /** Id, file or address of the model. */
  readonly model: string;
  readonly seed?: string;
  /** As they shall be printed, such as "µM" and "s"; what is missing is said to be. */
  readonly units?: { readonly concentration?: string; readonly time?: string };
}

/** Units of what a thermodynamic report shows; without the model's own, what kind of quantity it is. */
export interface ThermoUnits {
  /** Null = not stated. */
  readonly time: string | null;
  readonly concentration: string;
  readonly flux: string;
  readonly entropyProduction: string;
  /** Over a whole path. */
  readonly entropy: string;
  /** Of eigenvalues. */
  readonly perTime: string;
}

export function thermoUnits({ units }: Pick<ThermoPageAbout, "units">): ThermoUnits {
  const [concentration, time] = [units?.concentration ?? "concentration", units?.time ?? "time"];
  return { time: units?.time ?? null, concentration, flux: `${concentration}/${time}`, entropyProduction: `R·${concentration}/${time}`, entropy: `R·${concentration}`, perTime: `1/${time}` };
}

/** What stands above the verdict. */
export const openingOf = (about: ThermoPageAbout, kind: string): Html => html`<header>
<p class="kicker">semimech thermodynamics · ${about.model}</p>
<h1>${about.title}</h1>
<p class="meta">${about.date.slice(0, 10)} · ${kind}${about.seed === undefined ? null : ` · seed ${about.seed}`} · semimech ${about.version}</p>
</header>`;

/** Units in words, for the facts at the end. */
export function unitsText({ units }: Pick<ThermoPageAbout, "units">): string {
  return `concentration: ${unitWords(units?.concentration)}; time: ${unitWords(units?.time)}`;
}
