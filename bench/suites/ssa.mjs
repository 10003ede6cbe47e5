// @ts-check
import process from "node:process";
import { fileURLToPath } from "node:url";
import { spawnSync } from "node:child_process";
import { interleave } from "../interleave.mjs";
import { openPublished } from "../peers/ssa-published.mjs";
import { ssaDriver } from "../peers/ssa-driver.mjs";
import { handWritten, networkPeers, published, publishedFile, readPublished } from "../problems/ssa.mjs";
import { startPeer } from "../process.mjs";
import { secondsPerRun } from "../repeat.mjs";
import { rowOf } from "../score.mjs";
import { semimech } from "../semimech.mjs";

/** @typedef {import("./index.mjs").Context} Context */
/** @typedef {{ rows: import("../score.mjs").Row[], skipped: import("../result.mjs").Skipped[] }} Found */

const driverPeers = /** @type {const} */ (["c++ same", "c++ best"]);
/** Time of one peer on one network, set-up included · s at most, over all its blocks; the first block is always done. */
const budgetOf = (/** @type {string} */ peer) => (peer === "bionetgen" ? 180 : 60);
/** Blocks of runs that last a tenth of a second: neighbours on the machine come and go in less. */
const shortBlocks = 15;
const script = (/** @type {string} */ name) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
const cpuSeconds = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
const message = (/** @type {unknown} */ error) => (/** @type {Error} */ (error).message.split("\n").find((line) => line.trim() !== "") ?? "").slice(0, 200);

async function compiled(/** @type {any} */ network) {
  const { compileStochastic } = await semimech("solvers/stochastic/compile.js");
  const { stochasticMethods } = await semimech("solvers/stochastic/index.js");
  const { solver, problems } = await compileStochastic(network, { method: stochasticMethods.ssa, record: "molecules" });
  if (problems) throw new Error(problems[0].message);
  return solver;
}

/** Against the driver of ours: one with the product's generator and sampler, which must give its path, and the quickest it has. */
async function againstDriver(/** @type {Context} */ { home, blocks, seconds, quick, wants, note }, /** @type {Found} */ { rows, skipped }) {
  const { readReactionText } = await semimech("models/text.js");
  const run = ssaDriver(home);
  for (const [problem, given] of Object.entries(handWritten)) {
    const peers = driverPeers.filter((peer) => wants(problem, peer));
    if (peers.length === 0) continue;
    try {
      const solver = await compiled(readReactionText(given.text).network);
      const path = () => solver.run({ seed: 1n, times: Float64Array.of(given.end) });
      const ours = path();
      const same = run(given, given.same, 0);
      const isSame = same.events === ours.events && same.state.every((n, at) => n === ours.molecules[at]);
      if (!isSame) throw new Error(`the driver's path is another: ${same.events} events for ${ours.events}`);
      let best = { method: given.same, time: Infinity };
      for (const method of given.best) {
        const tries = Array.from({ length: quick ? 1 : 3 }, () => run(given, method, seconds)).map(({ mean, events }) => mean / events);
        if (Math.min(...tries) < best.time) best = { method, time: Math.min(...tries) };
      }
      const timeOf = (/** @type {string} */ method) => () => {
        const { mean, events } = run(given, method, seconds);
        return mean / events;
      };
      const timings = await interleave(
        [
          { key: "semimech", time: () => secondsPerRun(path, seconds) / ours.events },
          { key: "c++ same", time: timeOf(given.same) },
          { key: "c++ best", time: timeOf(best.method) },
        ],
        { blocks: quick ? blocks : Math.max(blocks, shortBlocks) },
      );
      const own = timings.get("semimech");
      for (const peer of peers) {
        const theirs = timings.get(peer);
        const more = { method: solver.method.facts.id, theirsMethod: peer === "c++ same" ? given.same : best.method, events: ours.events, samePath: peer === "c++ same" };
        if (own && theirs) rows.push(rowOf({ problem, peer, ours: own, theirs, unit: "ns/event" }, more));
      }
      note(`${problem}: done`);
    } catch (error) {
      for (const peer of peers) skipped.push({ problem, peer, reason: message(error) });
    }
  }
}

/** Whether two last states could be of one law: numbers of molecules differ by no more than noise. */
const isAlike = (/** @type {readonly number[]} */ a, /** @type {ArrayLike<number>} */ b) => a.every((n, at) => Math.abs(n - (b[at] ?? NaN)) <= 8 * Math.sqrt(n + (b[at] ?? NaN) + 1) + 0.02 * (n + (b[at] ?? NaN)));

/** Published networks, one run each, set-up taken off; CPU time, as run_network counts it, for all. */
async function onPublished(/** @type {Context} */ { home, data, blocks, quick, wants, note }, /** @type {Found} */ { rows, skipped }) {
  for (const [problem, given] of Object.entries(published)) {
    const file = publishedFile(data, given.file, "net");
    const wanted = networkPeers.filter((peer) => wants(problem, peer));
    const skip = (/** @type {string} */ peer, /** @type {string} */ reason) => void skipped.push({ problem, peer, reason });
    if (wanted.length === 0) continue;
    if (file === null) {
      for (const peer of wanted) skip(peer, `${given.file}.net is not in SEMIMECH_DATA`);
      continue;
    }
    const network = await readPublished(file);
    const solver = await compiled(network);
    /** @type {{ peer: string, end: number, problem: string }[]} */
    const cases = wanted.flatMap((peer) => {
      const end = /** @type {Readonly<Record<string, number>>} */ (given.ends)[peer];
      const scale = quick ? 0.05 : 1;
      if (end === undefined) {
        skip(peer, "no SBML of this network is in SEMIMECH_DATA, or its set-up takes more than ten minutes");
        return [];
      }
      const longer = peer === "bionetgen" && "longer" in given && !quick ? [{ peer, end: given.longer, problem: `${problem} to ${given.longer}` }] : [];
      return [{ peer, end: end * scale, problem }, ...longer];
    });
    for (const { peer, end, problem: name } of cases) {
      try {
        const theirs = await openPublished(/** @type {any} */ (peer), { home, data, file: given.file, network, states: solver.states });
        /** @type {{ readonly seconds: number, readonly events: number, readonly state: readonly number[] }[]} */
        const told = [];
        let spent = 0;
        /** Ours first at a small part of it, so that its compilation is over. */
        solver.run({ seed: 99n, times: Float64Array.of(end / 50) });
        let index = 0;
        const own = async () => {
          const begin = cpuSeconds();
          const path = solver.run({ seed: 1n, index: ++index, times: Float64Array.of(end) });
          told.push({ seconds: cpuSeconds() - begin, events: path.events, state: [...path.molecules] });
          return told.at(-1)?.seconds ?? NaN;
        };
        let theirEvents = NaN;
        const other = async () => {
          const begin = performance.now();
          const { seconds, state, events } = await theirs.run({ end, seed: 1000 + index });
          spent += (performance.now() - begin) / 1000;
          theirEvents = events ?? NaN;
          const last = told.at(-1) ?? { state: [] };
          if (!isAlike(last.state, state)) throw new Error("its last state is not one of the same law");
          return seconds;
        };
        /** @type {number[][]} */
        const samples = [[], []];
        for (let block = 0; block < blocks && (block === 0 || spent * (1 + 1 / block) <= budgetOf(peer)); block++) {
          samples[0]?.push(await own());
          samples[1]?.push(await other());
        }
        theirs.close();
        const [ours, peers] = samples.map(timingOf);
        if (peers && peers.median <= 0) throw new Error("its set-up takes longer than its run, and varies by more than that");
        if (ours && peers) {
          const more = { end, blocks: samples[0]?.length, method: solver.method.facts.id, events: told.at(-1)?.events, ...(theirEvents > 0 ? { theirsEvents: theirEvents } : {}), clock: "cpu" };
          rows.push(rowOf({ problem: name, peer, ours, theirs: peers, unit: "s" }, more));
        }
        note(`${name}: ${peer} done`);
      } catch (error) {
        skip(peer, message(error));
      }
    }
  }
}

/** One figure where a timing is expected. */
const single = (/** @type {number} */ value) => ({ median: value, minimum: value });

const timingOf = (/** @type {readonly number[]} */ samples) => {
  const sorted = samples.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const middle = sorted.length % 2 === 1 ? sorted[half] : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
  return { median: middle ?? NaN, minimum: sorted[0] ?? NaN, samples };
};

/** From a file to a run that can begin, in a fresh process; theirs is what run_network calls initialization, of CPU. */
async function setUps(/** @type {Context} */ { home, data, blocks, quick, wants, note }, /** @type {Found} */ { rows, skipped }) {
  for (const name of /** @type {const} */ (["egfr_net", "BCR", "fceri_gamma2"])) {
    const problem = `set-up of ${name}`;
    if (!wants(problem, "bionetgen") || (quick && name !== "egfr_net")) continue;
    try {
      const { file: base, ends } = published[name];
      const file = publishedFile(data, base, "net");
      if (file === null) throw new Error(`${base}.net is not in SEMIMECH_DATA`);
      const theirs = await openPublished("bionetgen", { home, data, file: base, network: null, states: [] });
      /** @type {Record<string, number>} */
      let parts = {};
      const own = () => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [script("ssa-setup.mjs"), file], { encoding: "utf8" });
        if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
        parts = JSON.parse(stdout);
        return parts["seconds"] ?? NaN;
      };
      const other = async () => (await theirs.run({ end: ends.bionetgen * 1e-9, seed: 1 })).setup ?? NaN;
      const timings = await interleave([{ key: "semimech", time: own }, { key: "bionetgen", time: other }], { blocks });
      const [ours, peer] = [timings.get("semimech"), timings.get("bionetgen")];
      if (ours && peer) rows.push(rowOf({ problem, peer: "bionetgen", ours, theirs: peer, unit: "s" }, { last: parts }));
      note(`${problem}: done`);
    } catch (error) {
      skipped.push({ problem, peer: "bionetgen", reason: message(error) });
    }
  }
}

/** An ensemble with a histogram: two threads against one, and what it keeps in memory with ten times the runs. */
async function ensembles(/** @type {Context} */ { blocks, quick, wants, note }, /** @type {Found} */ { rows, skipped }) {
  const runs = quick ? 200 : 10_000;
  const problem = "Schlögl ensemble";
  if (!wants(problem, "one thread") && !wants(problem, "a tenth of the runs")) return;
  try {
    const ask = async (/** @type {{ runs: number, threads: number }} */ request) => {
      const worker = startPeer(process.execPath, ["--expose-gc", script("ssa-ensemble.mjs")], { patience: 590 });
      const answer = await worker.ask(request);
      worker.close();
      if (answer.runs !== request.runs) throw new Error(`${answer.runs} of ${request.runs} runs`);
      return answer;
    };
    const timings = await interleave(
      [1, 2].map((threads) => ({ key: String(threads), time: async () => (await ask({ runs, threads })).seconds })),
      { blocks: quick ? 1 : Math.min(blocks, 5) },
    );
    const [one, two] = [timings.get("1"), timings.get("2")];
    if (one && two) rows.push(rowOf({ problem, peer: "one thread", ours: two, theirs: one, unit: "s" }, { threads: 2, runs }));
    const [all, few] = [await ask({ runs, threads: 1 }), await ask({ runs: runs / 10, threads: 1 })];
    rows.push(rowOf({ problem, peer: "a tenth of the runs", ours: single(all.keptMiB), theirs: single(few.keptMiB), unit: "MiB", scale: 1 }, { of: "memory kept", runs }));
    note(`${problem}: done`);
  } catch (error) {
    skipped.push({ problem, peer: "one thread", reason: message(error) });
  }
}

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "ssa",
  title: "Exact stochastic simulation",
  unit: "ns/event, s",
  peers: [...driverPeers, ...networkPeers, "one thread", "a tenth of the runs"],
  async run(context) {
    /** @type {Found} */
    const found = { rows: [], skipped: [] };
    // What needs a quiet machine most goes first; published networks take most of the time.
    await againstDriver(context, found);
    await setUps(context, found);
    await ensembles(context, found);
    await onPublished(context, found);
    return found;
  },
};
