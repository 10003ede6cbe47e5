import { basename, dirname, extname, join, resolve } from "node:path";
import { fileFacts, machineFacts, toolFacts } from "../report/manifest.node.ts";
import { manifestOf, stochasticThermoPage, thermoPage, writeManifest, type Json, type ThermoPageAbout } from "../report/index.ts";
import { canonicalJson, outputJson, sha256 } from "../study/canonical.ts";
import { newRunFolder, writeAtomically } from "../study/run-folder.node.ts";
import type { Call } from "./arguments.ts";
import { inputBytes, modelInput } from "./model-input.ts";
import { timeUnit } from "./simulate.ts";
import type { ThermoAnswer } from "./thermo-answer.ts";
import type { ThermoCall } from "./thermo-call.ts";

/** Files of a report's folder, beside the copy of its model. */
export const thermoFiles = { page: "thermo.html", answer: "thermo.json", manifest: "manifest.json" } as const;
/** Every name that a copy of the model may bear. */
export const copyNames = ["model.ant", "model.net"] as const;

export interface ThermoFolderRequest {
  readonly call: Call;
  readonly asked: ThermoCall;
  readonly answer: ThermoAnswer;
  readonly start: string;
}

/** Writes the page, the answer, the model and the manifest into a folder of their own; its path. */
export async function writeThermoFolder({ call, asked, answer, start }: ThermoFolderRequest): Promise<string> {
  const options = optionsOf(asked);
  const input = modelInput(asked.model);
  const model = inputBytes(input);
  const inputs = [{ path: asked.model.file, bytes: model }, ...asked.files.map(({ path, text }) => ({ path, bytes: new TextEncoder().encode(text) }))];
  const hashes = await Promise.all(inputs.map(({ bytes }) => sha256(bytes)));
  const out = call.text("out");
  const name = `thermo-${modelName(call)}-${(await sha256(canonicalJson({ hashes, options }))).slice(0, 8)}`;
  const folder = out === null ? await newRunFolder("runs", name) : await newRunFolder(dirname(resolve(out)), basename(resolve(out)));
  const { version } = await toolFacts();
  const { drawn } = answer;
  const about = aboutOf(call, asked, version, start);
  const contents: Record<string, string | Uint8Array> = { [thermoFiles.answer]: `${outputJson(answer.output)}\n`, [`model${input.ending}`]: model };
  if (drawn) contents[thermoFiles.page] = "report" in drawn ? thermoPage(drawn.report, about) : stochasticThermoPage(drawn.sampled, about);
  for (const [file, text] of Object.entries(contents)) await writeAtomically(join(folder, file), text);
  const manifest = manifestOf({
    tool: await toolFacts(),
    machine: machineFacts(),
    command: commandOf(call),
    scenario: null,
    options,
    inputs: inputs.map(({ path, bytes }, index) => ({ path, bytes: bytes.byteLength, sha256: hashes[index] ?? "" })),
    outputs: await Promise.all(Object.keys(contents).map((file) => fileFacts(join(folder, file), file))),
    seeds: asked.mode === "stochastic" ? [{ name: "root", value: asked.seed }] : [],
    tolerances: asked.mode === "path" ? Object.entries(asked.control).map(([tolerance, value]) => ({ name: tolerance, value: String(value) })) : [],
    start,
    end: new Date().toISOString(),
    warnings: answer.findings.filter(({ verdict }) => verdict === "violated").map(({ check, where }) => `${check}: ${where}`),
    data: [],
  });
  await writeAtomically(join(folder, thermoFiles.manifest), writeManifest(manifest));
  return folder;
}

/** Options that cannot change an answer. */
const silent = ["out", "json", "quiet", "verbose", "help"];

/** The command as it can be typed again, `--out` and the like left out. */
function commandOf({ positionals, given }: Call): string[] {
  const options = Object.entries(given).filter(([name]) => !silent.includes(name));
  return ["semimech", "thermo", ...positionals, ...options.flatMap(([name, values]) => values.map((value) => (value === "" ? `--${name}` : `--${name}=${value}`)))];
}

/** Everything that can change an answer, defaults included. */
function optionsOf({ mode, set, pairs, observables, times, method, control, runs, seed, volume, formulas, units, measured, level }: ThermoCall): Record<string, Json> {
  return {
    mode,
    set: { ...set },
    pair: pairs !== null,
    observables: observables === null ? null : [...observables],
    ...(mode === "steady" ? {} : { times: [...times], method }),
    ...(mode === "path" ? { ...control } : {}),
    ...(mode === "stochastic" ? { runs, seed } : {}),
    volume,
    formulas: formulas === null ? null : { ...formulas },
    units: units === null ? null : { ...units },
    ...(measured === null ? {} : { level }),
  };
}

function modelName({ positionals }: Call): string {
  const [name = "model"] = positionals;
  return name === "-" ? "model" : basename(name, extname(name)).replaceAll(/[^\w-]+/g, "-");
}

function aboutOf(call: Call, { mode, model, network, seed }: ThermoCall, version: string, date: string): ThermoPageAbout {
  const concentration = call.text("concentration-unit") ?? sharedUnit(network);
  const time = call.text("time-unit") ?? timeUnit(network);
  return {
    title: model.title ?? network.id,
    command: commandOf(call).map(quoted).join(" "),
    version,
    date,
    model: model.file,
    ...(mode === "stochastic" ? { seed } : {}),
    units: { ...(concentration === null ? {} : { concentration }), ...(time === null ? {} : { time }) },
  };
}

/** The unit that all species share, where it is no bare amount. */
function sharedUnit({ species }: ThermoCall["network"]): string | null {
  const [unit, ...others] = new Set(species.map((one) => one.unit));
  return others.length > 0 || unit === undefined || unit === null || ["mole", "item", "substance"].includes(unit) ? null : unit;
}

/** An argument as a POSIX shell reads it back. */
const quoted = (argument: string): string => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`);
