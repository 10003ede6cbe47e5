// @ts-check
import { fileURLToPath } from "node:url";
import { modelPython } from "../emit.mjs";
import { pythonOf } from "../home.mjs";
import { startPeer } from "../process.mjs";

/** What each Python peer is loaded with, and the methods it chooses among. */
const pythonContenders = {
  libroadrunner: { script: "roadrunner_peer.py", stiff: ["cvode"], nonstiff: ["adams"] },
  copasi: { script: "copasi_peer.py", stiff: ["lsoda"], nonstiff: ["lsoda"] },
  scipy: { script: "scipy_peer.py", stiff: ["odeint", "LSODA", "BDF", "Radau"], nonstiff: ["odeint", "DOP853", "RK45"] },
};

/** Starts one of the Python peers' scripts. */
export function startPython(/** @type {string} */ home, /** @type {string} */ script) {
  const python = pythonOf(home);
  if (python === null) throw new Error("no Python environment: run `npm run bench -- peers`");
  // One thread each: what is compared is algorithms, and two cores are few.
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" };
  return startPeer(python, [fileURLToPath(new URL(`./${script}`, import.meta.url))], { env });
}

/**
 * A peer that lives in Python and times itself there, in process.
 *
 * @param {string} home
 * @param {import("../problems/problem.mjs").Prepared} problem
 * @param {keyof typeof pythonContenders} key
 * @param {"stiff" | "nonstiff"} kind
 * @returns {Promise<import("../precision.mjs").Contender>}
 */
export async function pythonContender(home, problem, key, kind) {
  const { script, [kind]: variants } = pythonContenders[key];
  const peer = startPython(home, script);
  const { system, state, times, text, end } = problem;
  try {
    await peer.ask(
      key === "scipy" ? { do: "load", module: await modelPython(problem), state: [...state], times: [...times] } : { do: "load", text, states: system.states },
    );
  } catch (error) {
    peer.close();
    throw error;
  }
  const common = { end, points: times.length, stiff: kind === "stiff" };
  return {
    key,
    variants,
    async run({ variant, rtol, atol }) {
      const { seconds, values } = await peer.ask({ ...common, do: "run", method: variant, rtol, atol });
      return { seconds, values: Float64Array.from(values, (/** @type {number | null} */ value) => value ?? NaN) };
    },
    time: async ({ variant, rtol, atol }, seconds) => (await peer.ask({ ...common, do: "time", method: variant, rtol, atol, seconds })).seconds,
    close: () => peer.close(),
  };
}
