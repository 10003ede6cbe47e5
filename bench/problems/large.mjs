// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { semimech } from "../semimech.mjs";

/** Published networks that BioNetGen has written out: file and last time. */
export const largeNetworks = {
  egfr_net: { file: "egfr_net_no_obs.net", end: 100 },
  fceri_gamma2: { file: "fceri_gamma2_no_obs.net", end: 150 },
  BCR: { file: "BCR_no_obs.net", end: 20_000 },
};

/** Path of a network's file, or null where the data is not. */
export function networkFile(/** @type {string | null} */ data, /** @type {string} */ file) {
  const path = data === null ? null : join(data, "reaction-networks", "catalyst2023", file);
  return path !== null && existsSync(path) ? path : null;
}

/**
 * The mass-action tables of a `.net` file as bytes: what the CVODE driver reads. Little-endian: i32 N, R, changes; f64 initial [N], constants [R];
 * i32 reactants [R, 2] (-1 = none), start of each reaction's changes [R + 1], species changed, their changes as f64 (8-aligned).
 * Species stand in `order`, those that couple many others last: incomplete factors then stay cheap.
 *
 * @returns {Promise<{ bytes: Buffer, order: Int32Array, states: number, reactions: number }>} order[place] = index of the species in the system
 * @throws Error when a rate is not a constant times at most two populations
 */
export async function massActionTables(/** @type {string} */ path) {
  const { readBioNetGen } = await semimech("formats/bionetgen.js");
  const { initialState } = await semimech("models/index.js");
  const { reactionSystem } = await semimech("models/compile.js");
  const { evaluateAll } = await semimech("kernel/index.js");
  const { network, problems } = readBioNetGen(readFileSync(path, "utf8"));
  if (problems) throw new Error(problems[0].message);
  const { system, rates } = reactionSystem(network);
  const index = new Map(system.states.map((/** @type {string} */ id, /** @type {number} */ at) => [id, at]));
  const values = new Map([...system.parameters.map((/** @type {string} */ id, /** @type {number} */ at) => [id, system.parameterValues[at]]), ...system.states.map((/** @type {string} */ id) => [id, 1])]);
  const constants = evaluateAll(rates, (/** @type {string} */ name) => values.get(name) ?? NaN);
  /** @type {{ factors: number[], net: Map<number, number> }[]} */
  const reactions = network.reactions.map((/** @type {any} */ reaction) => {
    const factors = reaction.rate.split("*").flatMap((/** @type {string} */ factor) => index.get(factor) ?? []);
    if (factors.length > 2 || !/^[\w.*+-]+$/.test(reaction.rate)) throw new Error(`rate of ${reaction.id} is ${reaction.rate}`);
    /** @type {Map<number, number>} */
    const net = new Map();
    for (const [side, sign] of [[reaction.reactants, -1], [reaction.products, 1]]) {
      for (const { species, stoichiometry } of side) {
        const state = index.get(species);
        if (state !== undefined) net.set(state, (net.get(state) ?? 0) + sign * stoichiometry);
      }
    }
    return { factors, net: new Map([...net].filter(([, change]) => change !== 0)) };
  });
  const reads = new Float64Array(index.size);
  const writes = new Float64Array(index.size);
  for (const { factors, net } of reactions) {
    for (const state of factors) reads[state] += net.size;
    for (const state of net.keys()) writes[state] += factors.length;
  }
  const coupling = reads.map((count, state) => count * (writes[state] ?? 0));
  const order = Int32Array.from(coupling.keys()).toSorted((a, b) => (coupling[a] ?? 0) - (coupling[b] ?? 0) || a - b);
  const places = new Int32Array(order.length);
  order.forEach((state, place) => (places[state] = place));

  const reactants = new Int32Array(2 * rates.length).fill(-1);
  const starts = new Int32Array(rates.length + 1);
  /** @type {number[]} */
  const changed = [];
  /** @type {number[]} */
  const changes = [];
  reactions.forEach(({ factors, net }, at) => {
    factors.forEach((state, which) => (reactants[2 * at + which] = places[state] ?? -1));
    for (const [state, change] of net) {
      changed.push(places[state] ?? -1);
      changes.push(change);
    }
    starts[at + 1] = changed.length;
  });
  const start = initialState(system, Float64Array.from(system.parameterValues));
  const state = Float64Array.from(order, (at) => start[at]);
  const integers = Int32Array.from([...reactants, ...starts, ...changed]);
  const padded = new Int32Array(integers.length + (integers.length % 2));
  padded.set(integers);
  const head = Int32Array.from([state.length, rates.length, changed.length, 0]);
  const parts = [head, state, Float64Array.from(constants), padded, Float64Array.from(changes)];
  return { bytes: Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))), order, states: state.length, reactions: rates.length };
}
