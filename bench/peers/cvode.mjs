// @ts-check
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { modelHeader } from "../emit.mjs";
import { buildNative, nativeFlags } from "../native.mjs";
import { startPeer } from "../process.mjs";

const driver = fileURLToPath(new URL("./cvode.c", import.meta.url));

/** Code of large right-hand sides takes the compiler minutes at -O3, for nothing. */
const largeSystem = 300;

export const cvodeLibraries = ["-lsundials_cvode", "-lsundials_nvecserial", "-lsundials_sunmatrixdense", "-lsundials_sunmatrixsparse", "-lsundials_sunlinsoldense", "-lsundials_sunlinsolklu"];

/** Why CVODE cannot be built with, or null. */
export const cvodeMissing = () => (existsSync("/usr/include/cvode/cvode.h") ? null : "no CVODE headers: run `npm run bench -- peers`");

/**
 * Debian's CVODE in C, one mode of `cvode.c`.
 *
 * @param {string} home
 * @param {import("../problems/problem.mjs").Prepared} problem
 * @param {string} key
 * @param {string} mode
 * @returns {Promise<import("../precision.mjs").Contender>}
 */
export async function cvodeContender(home, problem, key, mode) {
  const missing = cvodeMissing();
  if (missing !== null) throw new Error(missing);
  const flags = problem.system.states.length > largeSystem ? ["-O2", "-march=native"] : nativeFlags;
  const executable = buildNative(home, { name: `cvode-${problem.id}`, files: [driver], text: { "model.h": await modelHeader(problem) }, libraries: cvodeLibraries, flags });
  const peer = startPeer(executable, []);
  return {
    key,
    variants: [mode],
    async run({ rtol, atol }) {
      const { seconds, values } = await peer.ask({ do: "run", mode, rtol, atol, seconds: 0 });
      return { seconds, values: Float64Array.from(values, (/** @type {number | null} */ value) => value ?? NaN) };
    },
    time: async ({ rtol, atol }, seconds) => (await peer.ask({ do: "time", mode, rtol, atol, seconds })).seconds,
    close: () => peer.close(),
  };
}
