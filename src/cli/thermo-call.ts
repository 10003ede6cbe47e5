import { pairReverses, revise, type Network, type ReversePair } from "../models/index.ts";
import { readObservables } from "../thermo/along.ts";
import { estimateDefaults, massBalanceOf, readMeasuredCurrents, stochasticThermoDefaults, thermoDefaults, type MeasuredCurrents } from "../thermo/index.ts";
import type { Call } from "./arguments.ts";
import { readSettings, readTimes } from "./model-options.ts";
import { modelOrRefuse, networkProblems, placeText, readInput, type ModelSource } from "./model-source.ts";
import { Refused } from "./refused.ts";
import { modeOf, optionProblems, thermoVerbDefaults, type ThermoMode } from "./thermo-options.ts";
import { readUnits, type CalledUnits } from "./thermo-physical.ts";

/** A text that a call reads besides the model. */
export interface CalledFile {
  readonly path: string;
  readonly text: string;
}

/** A call of `thermo`, read, checked and with its defaults. */
export interface ThermoCall {
  readonly mode: ThermoMode;
  readonly model: ModelSource;
  readonly set: Readonly<Record<string, number>>;
  /** The model with `set` applied, and with --pair reverses joined. */
  readonly network: Network;
  /** Reactions that --pair joined; null without it. */
  readonly pairs: readonly ReversePair[] | null;
  readonly observables: readonly string[] | null;
  /** Row times, or with --stochastic the window; empty at a steady state. */
  readonly times: readonly number[];
  readonly method: string;
  readonly control: { readonly rtol: number; readonly atol: number };
  readonly runs: number;
  /** Decimal. */
  readonly seed: string;
  readonly volume: number | null;
  readonly weights: Readonly<Record<string, number>>;
  readonly formulas: Readonly<Record<string, string>> | null;
  /** Null where physical units were not asked for and the model declares none. */
  readonly units: CalledUnits | null;
  readonly measured: MeasuredCurrents | null;
  readonly level: number;
  /** Texts that were read, the model left out. */
  readonly files: readonly CalledFile[];
}

/** Reads a call and its model. @throws Refused with every problem */
export async function readThermoCall(call: Call): Promise<ThermoCall> {
  const mode = modeOf(call);
  const problems = optionProblems(call, mode);
  const gather = <Value>(read: () => Value, otherwise: Value): Value => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problems.push(...error.problems);
      return otherwise;
    }
  };
  const gatherLater = async <Value>(read: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problems.push(...error.problems);
      return null;
    }
  };
  const settings = gather(() => readSettings(call), {});
  const times = timesOf(call, mode, gather);
  const weights = pairsOf(call, "weight", "a reaction and a number above 0", (text) => (Number(text) > 0 ? Number(text) : null), problems);
  const formulas = pairsOf(call, "formulas", "a species and its formula", (text) => text, problems);
  const runs = call.number("runs") ?? stochasticThermoDefaults.runs;
  if (mode === "stochastic" && runs < estimateDefaults.batches) problems.push(`--runs ${runs}: standard errors need at least ${estimateDefaults.batches}`);
  const files = new Map<string, string>();
  for (const name of ["currents", "covariance"]) {
    const path = call.text(name);
    const text = path === null ? null : await gatherLater(() => readInput(path));
    if (path !== null && text !== null) files.set(name, text);
  }
  const measured = measuredOf(call, files, problems);
  const model = await gatherLater(() => modelOrRefuse(call.positionals[0] ?? ""));
  const revised = model ? revise(model.network, settings) : null;
  const paired = call.flag("pair") && revised?.network ? pairReverses(revised.network) : null;
  const network = paired?.network ?? revised?.network ?? null;
  const about = (found: Parameters<typeof networkProblems>[1]): void => void problems.push(...networkProblems(model?.file ?? "", found).map(placeText));
  if (revised?.problems) about(revised.problems);
  const units = network ? readUnits(call, network, mode) : null;
  problems.push(...(units?.problems ?? []).map((problem) => `${model?.file ?? ""}: ${problem}`));
  const observables = call.texts("observable");
  const known = network ?? model?.network ?? null;
  if (known && problems.length > 0) {
    // Without other problems the report itself names these, along with all it finds.
    about(readObservables(known, observables).problems);
    about(massBalanceOf(known, formulas).problems ?? []);
  }
  if (!model || !network || problems.length > 0) throw new Refused(problems);
  return {
    mode,
    model,
    set: settings,
    network,
    pairs: paired?.pairs ?? null,
    observables: observables.length > 0 ? observables : null,
    times,
    method: call.text("method") ?? (mode === "stochastic" ? stochasticThermoDefaults.method : thermoDefaults.method),
    control: { rtol: call.number("rtol") ?? thermoDefaults.control.rtol, atol: call.number("atol") ?? thermoDefaults.control.atol },
    runs,
    seed: call.seed() ?? thermoVerbDefaults.seed,
    volume: call.number("volume"),
    weights,
    formulas: Object.keys(formulas).length > 0 ? formulas : null,
    units: units?.units ?? null,
    measured,
    level: call.number("level") ?? thermoVerbDefaults.level,
    files: [...files].map(([name, text]) => ({ path: call.text(name) ?? name, text })),
  };
}

function timesOf(call: Call, mode: ThermoMode, gather: <Value>(read: () => Value, otherwise: Value) => Value): readonly number[] {
  if (mode === "steady" || mode === "repair") return [];
  if (mode === "path") return Array.from(gather(() => readTimes(call, thermoDefaults), new Float64Array(0)));
  const [start, end] = stochasticThermoDefaults.times;
  const intervals = stochasticThermoDefaults.points - 1;
  if (call.text("times") === null) return Array.from({ length: intervals + 1 }, (_, index) => start + ((end - start) * index) / intervals);
  return gather(() => {
    const window = Array.from(readTimes(call, stochasticWindow));
    if (!((window.at(-1) ?? 0) > (window[0] ?? 0))) throw new Refused([`--times ${call.text("times") ?? ""}: the window is empty; give its start and its end, such as --times ${start},${end}`]);
    return window;
  }, []);
}

const stochasticWindow = { end: stochasticThermoDefaults.times[1], points: stochasticThermoDefaults.points };

/** Values of an option that is given as ID=VALUE, many times. */
function pairsOf<Value>(call: Call, name: string, expected: string, read: (text: string) => Value | null, problems: string[]): Record<string, Value> {
  const pairs: Record<string, Value> = {};
  for (const text of call.texts(name)) {
    const [, id = "", value = ""] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    const found = id.trim() === "" || value.trim() === "" ? null : read(value.trim());
    if (found === null) problems.push(`--${name} ${text}: expected ID=VALUE with ${expected}`);
    else if (Object.hasOwn(pairs, id.trim())) problems.push(`--${name} ${text}: "${id.trim()}" is given twice`);
    else pairs[id.trim()] = found;
  }
  return pairs;
}

function measuredOf(call: Call, files: ReadonlyMap<string, string>, problems: string[]): MeasuredCurrents | null {
  const currents = files.get("currents");
  if (currents === undefined) return null;
  const read = readMeasuredCurrents(currents, files.get("covariance"));
  for (const { text, line, column, message } of read.problems ?? []) problems.push(placeText({ file: call.text(text) ?? text, line, column, message }));
  return read.measured ?? null;
}
