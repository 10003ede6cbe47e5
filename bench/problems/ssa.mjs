// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { semimech } from "../semimech.mjs";

/** A flow through `count` first-order steps: => S1 at 10, S_i => S_i+1 at S_i, the last one decays; ten molecules each. */
function chainText(/** @type {number} */ count) {
  const steps = Array.from({ length: count - 1 }, (_, at) => `J${at + 1}: S${at + 1} => ${at + 2 < count ? `S${at + 2}` : ""}; k*S${at + 1}`);
  return [`J0: => S1; k0`, ...steps, "k0 = 10; k = 1", ...Array.from({ length: count - 1 }, (_, at) => `S${at + 1} = 10`)].join("; ");
}

/**
 * Networks that `native/ssa.cpp` has by hand: text, one run's end, the driver's model, its method that draws and chooses as the product
 * does, and those among which its best is found.
 */
export const handWritten = {
  "birth-death": {
    text: "J0: => X; k0; J1: X => ; k*X; k0 = 10; k = 1; X = 10",
    end: 2e4,
    model: ["birth-death"],
    same: "direct-ahead",
    best: ["direct", "direct-ahead", "direct-buffered", "direct-xoshiro", "direct-xoshiro-ahead", "direct-xoshiro-pairs"],
  },
  "dimer decay": {
    text: "J0: S1 => ; c1*S1; J1: 2 S1 => S2; c2*S1^2; J2: S2 => 2 S1; c3*S2; J3: S2 => S3; c4*S2; c1 = 1; c2 = 0.001; c3 = 0.5; c4 = 0.04; S1 = 100000; S2 = 0; S3 = 0",
    end: 20,
    model: ["dimer"],
    same: "direct-ahead",
    best: ["direct", "direct-ahead", "direct-buffered", "direct-xoshiro", "direct-xoshiro-ahead", "direct-xoshiro-pairs"],
  },
  "Schlögl": {
    text: "J0: 2 X => 3 X; k0*X^2; J1: 3 X => 2 X; k1*X^3; J2: => X; k2; J3: X => ; k3*X; k0 = 0.015; k1 = 1.6666666666666666e-5; k2 = 200; k3 = 3.5; X = 250",
    end: 50,
    model: ["schlogl"],
    same: "direct-ahead",
    best: ["direct", "direct-ahead", "direct-buffered", "direct-xoshiro", "direct-xoshiro-ahead", "direct-xoshiro-pairs"],
  },
  "chain 100": { text: chainText(100), end: 400, model: ["chain", "100"], same: "composition-rejection", best: ["composition-rejection", "composition-rejection-xoshiro", "blocks", "blocks-xoshiro"] },
  "chain 10000": { text: chainText(10_000), end: 4, model: ["chain", "10000"], same: "composition-rejection", best: ["composition-rejection", "composition-rejection-xoshiro", "blocks", "blocks-xoshiro"] },
};

/** The peers that simulate published networks, and what each reads. */
export const networkPeers = /** @type {const} */ (["bionetgen", "copasi", "libroadrunner", "gillespy2"]);

/**
 * Published networks that BioNetGen has written out, and to which time each peer simulates them: such that the slowest takes 10 to 60 s. Where one
 * needs longer than that, it stops earlier, and so do we for its row; COPASI goes on for longer than that where its set-up of 30 s varies by some. `longer`: BioNetGen once more, past the transient that the others can afford.
 */
export const published = {
  multistate: { file: "multistate_no_obs", ends: { bionetgen: 10_000, copasi: 10_000, libroadrunner: 10_000, gillespy2: 10_000 } },
  multisite2: { file: "multisite2_no_obs", ends: { bionetgen: 200, copasi: 200, libroadrunner: 200, gillespy2: 200 } },
  egfr_net: { file: "egfr_net_no_obs", ends: { bionetgen: 2, copasi: 20, libroadrunner: 2, gillespy2: 2 }, longer: 40 },
  fceri_gamma2: { file: "fceri_gamma2_no_obs", ends: { bionetgen: 40 } },
  BCR: { file: "BCR_no_obs", ends: { bionetgen: 2 } },
};

/** Path of a published network's file, or null where the data has none. */
export function publishedFile(/** @type {string | null} */ data, /** @type {string} */ file, /** @type {"net" | "xml"} */ ending) {
  const path = data === null ? null : join(data, "reaction-networks", "catalyst2023", `${file}.${ending}`);
  return path !== null && existsSync(path) ? path : null;
}

/** A network of a `.net` file. @throws Error with the reader's first complaint */
export async function readPublished(/** @type {string} */ path) {
  const { readBioNetGen } = await semimech("formats/bionetgen.js");
  const { network, problems } = readBioNetGen(readFileSync(path, "utf8"));
  if (problems) throw new Error(problems[0].message);
  return network;
}

/** The same as plain data, for peers that are built from code: initial numbers, and per channel its constant, falling factorials and changes. */
export async function plainChannels(/** @type {any} */ network) {
  const { reactionSystem } = await semimech("models/compile.js");
  const { initialState } = await semimech("models/index.js");
  const { channelsOf } = await semimech("solvers/stochastic/channel.js");
  const { evaluateAll } = await semimech("kernel/index.js");
  const compiled = reactionSystem(network);
  const { system } = compiled;
  const { channels, problems } = channelsOf(network, system, 1, undefined, compiled);
  if (problems) throw new Error(problems[0].message);
  const values = new Map(system.parameters.map((/** @type {string} */ id, /** @type {number} */ at) => [id, system.parameterValues[at]]));
  const constants = evaluateAll(channels.map((/** @type {any} */ { coefficient }) => coefficient), (/** @type {string} */ name) => values.get(name) ?? NaN);
  return {
    states: system.states,
    initial: [...initialState(system, Float64Array.from(system.parameterValues))],
    channels: channels.map((/** @type {any} */ { orders, changes, rest, isMassAction }, /** @type {number} */ at) => {
      if (rest !== null || !isMassAction) throw new Error(`channel ${at} is no plain mass action`);
      return { constant: constants[at], orders: orders.map((/** @type {any} */ { state, order }) => [state, order]), changes: changes.map((/** @type {any} */ { state, change }) => [state, change]) };
    }),
  };
}
