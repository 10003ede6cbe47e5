// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelHeader } from "../emit.mjs";
import { interleave } from "../interleave.mjs";
import { buildNative } from "../native.mjs";
import { cvodeLibraries, cvodeMissing } from "../peers/cvode.mjs";
import { startPython } from "../peers/python.mjs";
import { maxSteps } from "../peers/semimech.mjs";
import { ensembleProblem } from "../problems/ensemble.mjs";
import { startPeer } from "../process.mjs";
import { relativeError, rowOf } from "../score.mjs";
import { semimech } from "../semimech.mjs";

const target = 1e-4;
/** Sets on which errors are measured, and on which loops of single runs are timed and scaled up: their time is the same for every set. */
const checkedSets = 200;
const loopSets = 2000;
/** Settings that everybody is tried with: relative tolerances from loose to tight, until the error is met, for each share of absolute tolerance. */
const tolerances = Array.from({ length: 33 }, (_, step) => 10 ** (-1.5 - step / 4));
const shares = [1, 1e-1, 1e-2, 1e-4, 1e-6, 1e-8];
/** Ensembles that threads do before they are timed: those that come late compile during the first. */
const warmRounds = 3;
/** The quickest settings of the sweep, timed again over all sets. */
const finalists = 4;

const driver = fileURLToPath(new URL("../peers/cvode.c", import.meta.url));
const numbers = (/** @type {readonly (number | null)[]} */ values) => Float64Array.from(values, (value) => value ?? NaN);

/** @typedef {Awaited<ReturnType<typeof ensembleProblem>>} Problem */

/**
 * The fastest setting that meets the error, chosen in the same way for everybody.
 *
 * @param {Pick<import("../precision.mjs").Contender, "variants" | "run" | "time">} contender
 * @param {Float64Array} reference
 * @param {number} nState
 */
async function bestSetting(contender, reference, nState) {
  /** @type {import("../precision.mjs").Point[]} */
  const met = [];
  /** @type {string[]} */
  const failures = [];
  for (const variant of contender.variants) {
    for (const share of shares) {
      for (const rtol of tolerances) {
        const setting = { variant, rtol, atol: rtol * share };
        const ran = await contender.run(setting).catch((/** @type {Error} */ error) => void failures.push(`${variant}: ${error.message}`));
        if (!ran) continue;
        const error = relativeError(ran.values, reference, nState);
        if (error > target) continue;
        // Once more, compiled by then.
        met.push({ ...setting, error, seconds: Math.min(ran.seconds, (await contender.run(setting)).seconds) });
        break;
      }
    }
  }
  /** @type {import("../precision.mjs").Point | null} */
  let best = null;
  for (const point of met.toSorted((a, b) => a.seconds - b.seconds).slice(0, finalists)) {
    const seconds = Math.min(await contender.time(point, 0), await contender.time(point, 0));
    if (best === null || seconds < best.seconds) best = { ...point, seconds };
  }
  return { best, failure: failures[0] ?? null };
}

/**
 * Ours: all sets at once in lanes, on one thread or on every core. Solver and threads are compiled, started and warm before they
 * are timed, as with those who sweep parameters again and again; the peers' set-up is not timed either.
 *
 * @param {Problem} problem
 * @param {"f64x2" | "f32x4"} lanes
 * @param {number} threads
 */
async function oursContender({ system, state, times, sets, parameters }, lanes, threads) {
  const { odeMethods } = await semimech("solvers/index.js");
  const { compileEnsemble } = await semimech("solvers/lanes/ensemble.js").catch(() => ({ compileEnsemble: null }));
  const { ensembleThreads } = await semimech("solvers/lanes/threads.node.js").catch(() => ({ ensembleThreads: null }));
  if (!compileEnsemble) throw new Error("this build has no ensembles");
  if (threads > 1 && !ensembleThreads) throw new Error("this build has no ensembles on threads");
  const all = { parameters: sets, states: state, times };
  const some = { parameters: sets.subarray(0, checkedSets * parameters.length), states: state, times };
  /** @type {Map<string, Promise<any>>} */
  const compiled = new Map();
  const solverOf = (/** @type {import("../precision.mjs").Setting} */ { variant, rtol, atol }) => {
    const key = `${variant} ${rtol} ${atol}`;
    const known = compiled.get(key) ?? compileEnsemble(system, { method: odeMethods[variant], lanes, control: { rtol, atol, maxSteps } });
    compiled.set(key, known);
    return known;
  };
  /** @type {Map<any, any>} */
  const pools = new Map();
  /** A solver's threads, started and compiled before they are timed. */
  const poolOf = async (/** @type {any} */ solver) => {
    const known = pools.get(solver);
    if (known) return known;
    const pool = ensembleThreads(solver, { threads });
    pools.set(solver, pool);
    for (let round = 0; round < warmRounds; round++) await pool.run(all);
    return pool;
  };
  return {
    key: `semimech ${lanes}, ${threads}`,
    variants: Object.values(odeMethods)
      .filter((/** @type {any} */ method) => method.facts.stiff && method.facts.factorizationsPerStep > 0 && "step" in method)
      .map((/** @type {any} */ { facts }) => facts.id),
    async run(/** @type {import("../precision.mjs").Setting} */ setting) {
      const solver = await solverOf(setting);
      const begin = performance.now();
      // Threads change no bit, so errors need none.
      const { values, statuses } = solver.run(some);
      const failed = statuses.find((/** @type {any} */ { status }) => status !== "done");
      if (failed) throw new Error(failed.status);
      return { seconds: (performance.now() - begin) / 1000, values };
    },
    /** The whole ensemble, however long. */
    async time(/** @type {import("../precision.mjs").Setting} */ setting) {
      const solver = await solverOf(setting);
      const runner = threads > 1 ? await poolOf(solver) : solver;
      const begin = performance.now();
      await runner.run(all);
      return (performance.now() - begin) / 1000;
    },
    close() {
      for (const pool of pools.values()) void pool.close();
    },
  };
}

/** CVODE in a loop in C, one mode. */
async function cvodeLoop(/** @type {string} */ home, /** @type {Problem} */ problem, /** @type {string} */ setsFile, /** @type {string} */ key, /** @type {string} */ mode) {
  const missing = cvodeMissing();
  if (missing !== null) throw new Error(missing);
  const executable = buildNative(home, { name: "cvode-ensemble", files: [driver], text: { "model.h": await modelHeader(problem) }, libraries: cvodeLibraries });
  const peer = startPeer(executable, [setsFile]);
  return {
    key,
    variants: [mode],
    async run(/** @type {import("../precision.mjs").Setting} */ { rtol, atol }) {
      const { seconds, values } = await peer.ask({ do: "sets", mode, rtol, atol, seconds: checkedSets });
      return { seconds, values: numbers(values) };
    },
    async time(/** @type {import("../precision.mjs").Setting} */ { rtol, atol }) {
      const count = Math.min(loopSets, problem.count);
      return ((await peer.ask({ do: "ensemble", mode, rtol, atol, seconds: count })).seconds * problem.count) / count;
    },
    close: () => peer.close(),
  };
}

/** libRoadRunner in a loop in its own process: reset, set the parameters, simulate. */
async function roadrunnerLoop(/** @type {string} */ home, /** @type {Problem} */ problem, /** @type {string} */ setsFile) {
  const peer = startPython(home, "roadrunner_peer.py");
  const { system, text, end, times, count: all } = problem;
  await peer.ask({ do: "load", text, states: system.states });
  const common = { do: "sets", file: setsFile, parameters: system.parameters, end, points: times.length };
  return {
    key: "libroadrunner",
    variants: ["cvode"],
    async run(/** @type {import("../precision.mjs").Setting} */ { rtol, atol }) {
      const { seconds, values } = await peer.ask({ ...common, rtol, atol, count: checkedSets, keep: true });
      return { seconds, values: numbers(values) };
    },
    async time(/** @type {import("../precision.mjs").Setting} */ { rtol, atol }) {
      const count = Math.min(loopSets, all);
      return ((await peer.ask({ ...common, rtol, atol, count, keep: false })).seconds * all) / count;
    },
    close: () => peer.close(),
  };
}

/** Outputs of the checked sets by single runs at 1e-12. */
async function referenceOf(/** @type {Problem} */ { system, parameters, sets, state, times }) {
  const { compileSolver, odeMethods } = await semimech("solvers/index.js");
  const solver = await compileSolver(system, { method: odeMethods.rodas5p, control: { rtol: 1e-12, atol: 1e-18, maxSteps } });
  const width = parameters.length;
  const values = new Float64Array(checkedSets * times.length * state.length);
  for (let set = 0; set < checkedSets; set++) {
    const path = solver.solve({ parameters: sets.slice(set * width, (set + 1) * width), state, times });
    if (path.status.status !== "done") throw new Error(`reference of set ${set}: ${path.status.status}`);
    values.set(path.values, set * times.length * state.length);
  }
  return values;
}

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "ensemble",
  title: "Ten thousand parameter sets of a stiff cascade of ten species, to a relative error of 1e-4",
  unit: "ms",
  peers: ["cvode-dense-dq", "cvode-klu", "libroadrunner"],
  async run({ home, quick, blocks, wants, note }) {
    const problem = await ensembleProblem(quick ? 1000 : 10_000);
    const nState = problem.state.length;
    const folder = join(home, "native", "ensemble");
    mkdirSync(folder, { recursive: true });
    const setsFile = join(folder, `sets-${problem.count}.bin`);
    writeFileSync(setsFile, Buffer.from(problem.sets.buffer));
    const reference = await referenceOf(problem);
    /** @type {import("../score.mjs").Row[]} */
    const rows = [];
    /** @type {import("../result.mjs").Skipped[]} */
    const skipped = [];
    const timed = [];
    const cores = (await import("node:os")).availableParallelism();
    const ours = [
      { problem: "f64", open: () => oursContender(problem, "f64x2", cores) },
      { problem: "f32", open: () => oursContender(problem, "f32x4", cores) },
      { problem: "f64, one thread", open: () => oursContender(problem, "f64x2", 1) },
      { problem: "f32, one thread", open: () => oursContender(problem, "f32x4", 1) },
    ].filter((one) => wants(one.problem));
    const theirs = [
      { peer: "cvode-dense-dq", open: () => cvodeLoop(home, problem, setsFile, "cvode-dense-dq", "dense-dq") },
      { peer: "cvode-klu", open: () => cvodeLoop(home, problem, setsFile, "cvode-klu", "klu") },
      { peer: "libroadrunner", open: () => roadrunnerLoop(home, problem, setsFile) },
    ].filter(({ peer }) => ours.some((one) => wants(one.problem, peer)));
    const give = (/** @type {string} */ reason, /** @type {string | undefined} */ one, /** @type {string | undefined} */ peer) => {
      for (const own of ours) for (const other of theirs) if ((one ?? own.problem) === own.problem && (peer ?? other.peer) === other.peer) skipped.push({ problem: own.problem, peer: other.peer, reason });
    };
    for (const { name, isOurs, open } of [...ours.map((one) => ({ name: one.problem, isOurs: true, open: one.open })), ...theirs.map((one) => ({ name: one.peer, isOurs: false, open: one.open }))]) {
      try {
        const contender = await open();
        const { best, failure } = await bestSetting(contender, reference, nState);
        note(`${name}: ${best ? `${best.variant} rtol ${best.rtol.toExponential(1)}, atol ${best.atol.toExponential(1)}: error ${best.error.toExponential(1)}` : `nothing below ${target}`}`);
        if (best) timed.push({ key: name, isOurs, best, contender, time: () => contender.time(best) });
        else {
          give(`no tolerance gave an error of ${target}${failure === null ? "" : ` (${failure})`}`, isOurs ? name : undefined, isOurs ? undefined : name);
          contender.close();
        }
      } catch (error) {
        give(/** @type {Error} */ (error).message, isOurs ? name : undefined, isOurs ? undefined : name);
      }
    }
    const timings = await interleave(timed, { blocks });
    for (const own of timed.filter(({ isOurs }) => isOurs)) {
      for (const other of timed.filter(({ isOurs }) => !isOurs)) {
        const [a, b] = [timings.get(own.key), timings.get(other.key)];
        if (a && b && wants(own.key, other.key)) rows.push(rowOf({ problem: own.key, peer: other.key, ours: a, theirs: b, unit: "ms" }, { oursVariant: own.best.variant, oursError: own.best.error, oursRtol: own.best.rtol, error: other.best.error, rtol: other.best.rtol, sets: problem.count, threads: own.key.endsWith("one thread") ? 1 : cores }));
      }
    }
    for (const { contender } of timed) contender.close();
    return { rows, skipped, target };
  },
};
