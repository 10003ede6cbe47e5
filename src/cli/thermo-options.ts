import { oneStepMethods } from "../solvers/index.ts";
import { stochasticMethods } from "../solvers/stochastic/index.ts";
import { standardTemperatureK } from "../thermo/units.ts";
import { currentBoundDefaults, stochasticThermoDefaults, thermoDefaults } from "../thermo/index.ts";
import type { Call } from "./arguments.ts";
import { timeOptions } from "./model-options.ts";
import { simulateDefaults } from "./simulate.ts";
import type { Option } from "./verb.ts";

/** What `thermo` looks at: a trajectory, its steady state, sampled runs, or the rate constants alone. */
export type ThermoMode = "path" | "steady" | "stochastic" | "repair";

/** Defaults of `thermo`, in one place. */
export const thermoVerbDefaults = { seed: simulateDefaults.seed, level: currentBoundDefaults.level, temperature: standardTemperatureK } as const;

const [windowStart, windowEnd] = stochasticThermoDefaults.times;

/** Options of `thermo`, in the order of its help. */
export const thermoOptions = {
  ...timeOptions(thermoDefaults),
  times: { kind: "text", value: "A,B,C", help: `times of the rows, instead of --end and --points; with --stochastic the window (default ${windowStart} to ${windowEnd})` },
  observable: { kind: "text", value: "TEXT", many: true, help: "linear in species, such as X or A - 2*B (default: every species that reactions change; with --stochastic every reaction)" },
  steady: { kind: "flag", help: "the steady state that the initial state leads to, instead of a trajectory" },
  stochastic: { kind: "flag", help: "from sampled jumps, with standard errors, instead of a trajectory" },
  repair: { kind: "flag", help: "the nearest rate constants without driven cycles; the model text goes to --out DIR/repaired.ant" },
  pair: { kind: "flag", help: "first join one-way reactions that reverse each other, such as A => B and B => A, into reversible ones" },
  method: { kind: "choice", of: [...Object.keys(oneStepMethods), ...Object.keys(stochasticMethods)], help: `(default ${thermoDefaults.method}, with --stochastic ${stochasticThermoDefaults.method})` },
  rtol: { kind: "number", min: 0, value: "X", help: `relative tolerance (default ${thermoDefaults.control.rtol})` },
  atol: { kind: "number", min: 0, value: "X", help: `absolute tolerance (default ${thermoDefaults.control.atol})` },
  runs: { kind: "integer", min: 1, value: "R", help: `runs of --stochastic (default ${stochasticThermoDefaults.runs})` },
  volume: { kind: "number", min: 0, value: "V", help: "size of the compartment, concentrations kept, for --stochastic and --currents (default: the model's)" },
  currents: { kind: "text", value: "FILE", help: "measured currents (columns current, mean, variance, duration, n): can the model's entropy production explain them?" },
  covariance: { kind: "text", value: "FILE", help: "covariance of the measured currents" },
  level: { kind: "number", min: 0, value: "P", help: `confidence of what the currents need at least (default ${thermoVerbDefaults.level})` },
  weight: { kind: "text", value: "ID=W", many: true, help: "how firmly --repair holds a reaction's constants, 1/variance (default 1); Infinity keeps them" },
  formulas: { kind: "text", value: "ID=FORMULA", many: true, help: "chemical formula of a species, such as glc=C6H12O6, for the mass balance" },
  temperature: { kind: "number", min: 0, value: "K", help: `print physical units too (default ${thermoVerbDefaults.temperature} where the model declares its units)` },
  "concentration-unit": { kind: "text", value: "UNIT", help: "such as mM, instead of what the model declares" },
  "time-unit": { kind: "text", value: "UNIT", help: "such as min, instead of what the model declares" },
  report: { kind: "flag", help: "write a page with figures, thermo.json and a manifest into --out (default runs/thermo-<model>-<hash>)" },
} as const satisfies Readonly<Record<string, Option>>;

const measured = ["currents", "covariance", "level"];
const physical = ["temperature", "concentration-unit", "time-unit"];

/** Which options mean something in which mode; those not named here always do. */
const meaningful: Readonly<Record<ThermoMode, readonly string[]>> = {
  path: ["end", "points", "times", "observable", "method", "rtol", "atol", "formulas", ...physical, "report"],
  steady: ["observable", "formulas", "volume", ...measured, ...physical, "report"],
  stochastic: ["times", "observable", "method", "runs", "volume", "seed", ...measured, "temperature", "time-unit", "report"],
  repair: ["weight"],
};

const named: Readonly<Record<ThermoMode, string>> = { path: "along a trajectory", steady: "with --steady", stochastic: "with --stochastic", repair: "with --repair" };

/** Why an option means nothing in a mode, where there is more to say than where it belongs. */
const reasons: Readonly<Partial<Record<string, string>>> = {
  "steady times": "a steady state has no times",
  "steady end": "a steady state has no times",
  "steady points": "a steady state has no times",
  "stochastic end": "give the window with --times START,END",
  "stochastic points": "give the window, and where to look at the state, with --times",
  "stochastic concentration-unit": "molecules are counted",
  "path volume": "everything is per volume",
};

/** What a call asks for: `--currents` alone asks about the steady state. */
export function modeOf(call: Call): ThermoMode {
  if (call.flag("repair")) return "repair";
  if (call.flag("stochastic")) return "stochastic";
  return call.flag("steady") || (call.text("currents") !== null && ["times", "end", "points"].every((name) => call.text(name) === null)) ? "steady" : "path";
}

/** Every combination of options that has no meaning, with what to do instead. */
export function optionProblems(call: Call, mode: ThermoMode): string[] {
  const problems: string[] = [];
  const modes = (["steady", "stochastic", "repair"] as const).filter((name) => call.flag(name));
  if (modes.length > 1) problems.push(`--${modes.join(" and --")} ask for different things; give one of them`);
  else {
    const all = new Set(Object.values(meaningful).flat());
    for (const name of Object.keys(call.given)) {
      if (!all.has(name) || meaningful[mode].includes(name)) continue;
      const reason = reasons[`${mode} ${name}`];
      const elsewhere = (["path", "steady", "stochastic", "repair"] as const).filter((other) => meaningful[other].includes(name)).map((other) => named[other]);
      problems.push(`--${name} has no meaning ${named[mode]}${reason === undefined ? "" : `: ${reason}`}; leave it out, or use it ${elsewhere.join(" or ")}`);
    }
  }
  if ("threads" in call.given) problems.push("--threads has no meaning for thermo: it uses one thread; leave it out");
  if (mode === "steady" && call.text("volume") !== null && call.text("currents") === null) problems.push("--volume has no meaning with --steady alone: everything is per volume; give --currents too, or leave it out");
  for (const name of ["covariance", "level"]) if (call.text(name) !== null && call.text("currents") === null) problems.push(`--${name} has no meaning without --currents; give the measured currents too`);
  const method = call.text("method");
  const own = Object.keys(mode === "stochastic" ? stochasticMethods : oneStepMethods);
  if (method !== null && meaningful[mode].includes("method") && !own.includes(method)) {
    problems.push(mode === "stochastic" ? `--method ${method} solves a trajectory; with --stochastic choose one of ${own.join(", ")}` : `--method ${method} samples jumps; add --stochastic, or choose one of ${own.join(", ")}`);
  }
  for (const name of ["temperature", "volume"]) if (call.number(name) === 0) problems.push(`--${name} 0: expected more than 0`);
  const level = call.number("level");
  if (level !== null && !(level > 0 && level < 1)) problems.push(`--level ${level}: expected a probability between 0 and 1, such as ${thermoVerbDefaults.level}`);
  return problems;
}
