import { revise, type Network } from "../models/index.ts";
import type { Call } from "./arguments.ts";
import { modelOrRefuse, networkProblems, placeText, type ModelSource } from "./model-source.ts";
import { Refused } from "./refused.ts";
import type { Option } from "./verb.ts";

export interface TimeDefaults {
  readonly end: number;
  readonly points: number;
}

/** All rows are held in memory before the first is printed. */
const mostPoints = 1_000_000;

/** Options that say at which times, and with which values, a model is looked at. */
export function timeOptions({ end, points }: TimeDefaults) {
  return {
    end: { kind: "number", min: 0, value: "T", help: `last time (default ${end})` },
    points: { kind: "integer", min: 2, max: mostPoints, value: "N", help: `rows, 0 and T among them (default ${points})` },
    times: { kind: "text", value: "A,B,C", help: "times of the rows, instead of --end and --points" },
    set: { kind: "text", value: "ID=VALUE", many: true, help: "a parameter, compartment or initial value, before initial assignments" },
  } as const satisfies Readonly<Record<string, Option>>;
}

/** Row times of a call. @throws Refused on a list that is not ascending from 0 on */
export function readTimes(call: Call, defaults: TimeDefaults): Float64Array {
  const list = call.text("times");
  if (list === null) {
    const end = call.number("end") ?? defaults.end;
    const points = call.number("points") ?? defaults.points;
    return Float64Array.from({ length: points }, (_, index) => (index === points - 1 ? end : (end * index) / (points - 1)));
  }
  if (call.text("end") !== null || call.text("points") !== null) throw new Refused(["give either --times or --end and --points"]);
  const times = list.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const bad = times.findIndex((time, index) => !Number.isFinite(time) || time < 0 || (index > 0 && time < (times[index - 1] ?? 0)));
  if (bad >= 0) throw new Refused([`--times: entry ${bad + 1} of ${list} must be a number, at least 0 and not before the one before it`]);
  return Float64Array.from(times);
}

/** Values of `--set`. @throws Refused with every one that is no ID=VALUE */
export function readSettings(call: Call): Readonly<Record<string, number>> {
  const problems: string[] = [];
  const settings: Record<string, number> = {};
  for (const text of call.texts("set")) {
    const [, id, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    const number = value === undefined || value.trim() === "" ? Number.NaN : Number(value);
    if (id === undefined || !Number.isFinite(number)) problems.push(`--set ${text}: expected ID=VALUE with a number`);
    else settings[id.trim()] = number;
  }
  if (problems.length > 0) throw new Refused(problems);
  return settings;
}

/** The model a call names, with `--set` applied, and as it was read. @throws Refused with every problem */
export async function calledNetwork(call: Call): Promise<{ readonly network: Network; readonly source: ModelSource }> {
  const settings = readSettings(call);
  const source = await modelOrRefuse(call.positionals[0] ?? "");
  const revised = revise(source.network, settings);
  if (revised.problems) throw new Refused(networkProblems(source.file, revised.problems).map(placeText));
  return { network: revised.network, source };
}
