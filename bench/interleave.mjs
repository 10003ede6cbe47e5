// @ts-check
import { median } from "./score.mjs";

/**
 * Times contenders block after block, each once a block and in an order that turns, so that a slower machine slows all of them.
 *
 * @param {readonly { readonly key: string, readonly time: () => number | Promise<number> }[]} contenders `time` gives seconds per run
 * @param {{ readonly blocks: number }} options
 * @returns {Promise<Map<string, import("./score.mjs").Timing>>} seconds per run, by key
 */
export async function interleave(contenders, { blocks }) {
  /** @type {Map<string, number[]>} */
  const samples = new Map(contenders.map(({ key }) => [key, []]));
  for (let block = 0; block < blocks; block++) {
    for (let position = 0; position < contenders.length; position++) {
      const contender = contenders[(position + block) % contenders.length];
      if (contender) samples.get(contender.key)?.push(await contender.time());
    }
  }
  return new Map([...samples].map(([key, list]) => [key, { median: median(list), minimum: Math.min(...list), samples: list }]));
}
