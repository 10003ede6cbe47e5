// @ts-check
import { interleave } from "./interleave.mjs";
import { cvodeContender } from "./peers/cvode.mjs";
import { odexContender } from "./peers/odex.mjs";
import { ownContender } from "./peers/own.mjs";
import { pythonContender } from "./peers/python.mjs";
import { semimechContender } from "./peers/semimech.mjs";
import { bestOf, curveOf, sweep } from "./precision.mjs";
import { prepare } from "./problems/problem.mjs";
import { referenceOf } from "./reference.mjs";
import { geomean, relativeError, rowOf } from "./score.mjs";
import { semimech } from "./semimech.mjs";

/** @typedef {import("./precision.mjs").Contender} Contender */

/** A reference must agree with a second method to this share of the error asked. */
const referenceShare = 0.05;

/**
 * Opens one peer for a problem.
 *
 * @param {string} home
 * @param {import("./problems/problem.mjs").Prepared} problem
 * @param {string} key
 * @param {"stiff" | "nonstiff"} kind
 * @param {Awaited<ReturnType<typeof semimechContender>>} ours
 * @returns {Promise<Contender>}
 */
function open(home, problem, key, kind, ours) {
  switch (key) {
    case "native-c":
      return ownContender(home, problem, ours);
    case "cvode-dense-dq":
      return cvodeContender(home, problem, key, "dense-dq");
    case "cvode-klu":
      return cvodeContender(home, problem, key, "klu");
    case "cvode-adams":
      return cvodeContender(home, problem, key, "adams");
    case "odex":
      return odexContender(problem);
    case "libroadrunner":
    case "copasi":
    case "scipy":
      return pythonContender(home, problem, key, kind);
    default:
      throw new Error(`no peer called "${key}" solves differential equations here`);
  }
}

/**
 * Time to an actual error, each contender at its own best tolerance, problem by problem: sweep, choose, then interleaved blocks.
 *
 * @param {import("./suites/index.mjs").Context} context
 * @param {object} plan
 * @param {Readonly<Record<string, () => Promise<import("./problems/problem.mjs").Problem>>>} plan.problems
 * @param {"stiff" | "nonstiff"} plan.kind
 * @param {readonly string[]} plan.methods ours: the first that the build has, fixed for all problems
 * @param {number} plan.target relative error
 * @param {(nState: number) => readonly string[]} plan.peersOf
 * @param {(nState: number) => boolean} plan.counted whether a problem of this size enters the geometric means
 */
export async function workPrecision(context, { problems, kind, methods, target, peersOf, counted }) {
  const { home, quick, blocks, seconds, wants, note } = context;
  const { odeMethods } = await semimech("solvers/index.js");
  const method = methods.find((id) => id in odeMethods) ?? methods[0] ?? "";
  /** @type {import("./score.mjs").Row[]} */
  const rows = [];
  /** @type {import("./result.mjs").Skipped[]} */
  const skipped = [];
  const curves = [];
  const references = [];
  for (const [id, make] of Object.entries(problems)) {
    if (!wants(id)) continue;
    const problem = await prepare(await make());
    const nState = problem.system.states.length;
    const ours = await semimechContender(problem, method);
    /** @type {Contender[]} */
    const contenders = [ours];
    for (const key of peersOf(nState).filter((peer) => wants(id, peer) || (wants(id, "best-of-libroadrunner-copasi") && (peer === "libroadrunner" || peer === "copasi")))) {
      try {
        contenders.push(await open(home, problem, key, kind, ours));
      } catch (error) {
        skipped.push({ problem: id, peer: key, reason: /** @type {Error} */ (error).message });
      }
    }
    const reference = await referenceOf(problem, kind, contenders.filter(({ key }) => key !== "semimech" && key !== "native-c"));
    note(`${id}: reference by ${reference.method}, ${reference.checkedBy} differs by ${reference.disagreement.toExponential(1)}`);
    references.push({ problem: id, method: reference.method, checkedBy: reference.checkedBy, disagreement: reference.disagreement });
    if (!(reference.disagreement <= referenceShare * target)) {
      for (const { key } of contenders) if (key !== "semimech") skipped.push({ problem: id, peer: key, reason: `the reference is off by ${reference.disagreement.toExponential(1)}` });
      for (const contender of contenders) contender.close();
      continue;
    }
    /** @type {{ contender: Contender, best: import("./precision.mjs").Point, key: string, time: () => Promise<number> }[]} */
    const timed = [];
    for (const contender of contenders) {
      const { points, failures } = await sweep(contender, reference.values, nState, { target, quick });
      // The limit is the same algorithm: it runs at our settings, whatever it might choose.
      const same = contender.key === "native-c" ? timed.find((other) => other.contender.key === "semimech")?.best : undefined;
      const best = same ?? (await bestOf(contender, points, target, Math.min(seconds, 0.02)));
      const curve = await curveOf(contender, points, best, (values) => relativeError(values, reference.values, nState), quick ? 0.002 : 0.01);
      curves.push({ problem: id, peer: contender.key, points: curve.map((point) => ({ ...point, error: Number(point.error.toPrecision(4)), seconds: Number(point.seconds.toPrecision(4)) })) });
      if (best) timed.push({ contender, best, key: contender.key, time: () => contender.time(best, seconds) });
      else skipped.push({ problem: id, peer: contender.key, reason: `no tolerance gave an error of ${target}${failures[0] ? ` (${failures[0]})` : ""}` });
      note(`${id}: ${contender.key} ${best ? `${best.variant} rtol ${best.rtol.toExponential(2)}, atol ${best.atol.toExponential(2)}: error ${best.error.toExponential(1)}, ${(1e6 * best.seconds).toPrecision(3)} us` : "does not get there"}`);
    }
    const timings = await interleave(timed, { blocks });
    const own = timings.get("semimech");
    for (const { key, best } of own ? timed : []) {
      const theirs = timings.get(key);
      if (key === "semimech" || !own || !theirs) continue;
      const oursBest = timed.find((one) => one.key === "semimech")?.best;
      rows.push(rowOf({ problem: id, peer: key, ours: own, theirs, unit: "us" }, { error: best.error, rtol: best.rtol, atol: best.atol, variant: best.variant, oursError: oursBest?.error, oursRtol: oursBest?.rtol, oursAtol: oursBest?.atol, states: nState }));
    }
    const pair = rows.filter((row) => row.problem === id && (row.peer === "libroadrunner" || row.peer === "copasi"));
    const faster = pair.toSorted((a, b) => a.theirs - b.theirs)[0];
    if (faster && pair.length === 2 && wants(id, "best-of-libroadrunner-copasi")) rows.push({ ...faster, peer: "best-of-libroadrunner-copasi", of: faster.peer });
    for (const contender of contenders) contender.close();
  }
  const inMean = rows.filter((row) => counted(/** @type {number} */ (row["states"])));
  const geomeans = Object.fromEntries([...new Set(inMean.map(({ peer }) => peer))].map((peer) => [peer, Number(geomean(inMean.filter((row) => row.peer === peer).map(({ ratio }) => ratio)).toPrecision(4))]));
  return { rows, skipped, geomean: geomeans, geomeanOver: [...new Set(inMean.map(({ problem }) => problem))], target, method, references, curves };
}
