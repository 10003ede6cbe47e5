import { join } from "node:path";
import type { EnsembleState } from "../solvers/stochastic/ensemble-statistics.ts";
import { toolFacts } from "../report/manifest.node.ts";
import type { Call } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { printAnswer } from "./output-file.ts";
import { Refused } from "./refused.ts";
import { answerSimulate } from "./simulate-answer.ts";
import { removeEarlier, simulateFolder, stateOf } from "./simulate-folder.ts";
import { keepSimulation } from "./simulate-keep.ts";
import { kindOf, resumeProblems, simulateOptions } from "./simulate-options.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import { planOf, readSimulatePlan, simulateFiles, withOption, type SimulatePlan } from "./simulate-plan.ts";
import { simulateText } from "./simulate-tables.ts";
import type { Scene, Verb } from "./verb.ts";

export { simulateDefaults } from "./simulate-options.ts";
export { timeUnit } from "./simulate-tables.ts";

/** `semimech simulate MODEL`. */
export const simulate: Verb = {
  facts: {
    name: "simulate",
    summary: "solve a model through time, or sample runs of it",
    takes: ["MODEL?"],
    examples: [
      "semimech simulate lotka-volterra --set Prey=500 --end 20 --points 201",
      "semimech simulate model.ant --times 0,1,10 --set k1=0.5 --json",
      "semimech simulate birth-death --method direct --runs 1000 --seed 7 --report",
      "semimech simulate model.ant --method tau-leaping --epsilon 0.01 --runs 10000 --quantiles 0.05,0.5,0.95",
      "semimech simulate model.ant --method hybrid --interval 0.1 --runs 100",
      "semimech simulate birth-death --method ssa --runs 1000 --end 50 --points 201 --autocorrelation X --autocorrelation-from 10 --report",
      "semimech simulate model.ant --method ssa --runs 100000 --precision 0.001 --out ensemble",
      "semimech simulate --resume ensemble --runs 200000",
    ],
  },
  options: simulateOptions,
  async run(call, scene) {
    const { plan, from } = await begunOf(call, scene);
    if (kindOf(plan.method) !== "ode" && call.text("seed") === null && call.text("resume") === null) scene.terminal.talk(`seed ${plan.seed}`);
    return perform(plan, call, scene, from);
  },
};

/** What to do, and from where: a new call, or an ensemble that goes on. @throws Refused with every problem */
async function begunOf(call: Call, { terminal }: Scene): Promise<{ readonly plan: SimulatePlan; readonly from: EnsembleState | null }> {
  const folder = call.text("resume");
  if (folder === null) return { plan: await readSimulatePlan(call), from: null };
  const problems = resumeProblems(call, folder);
  if (problems.length > 0) throw new Refused(problems);
  const [begun, kept, tool] = [await planOf(folder), await stateOf(folder), await toolFacts()];
  const [name] = call.positionals;
  if (name !== undefined && name !== begun.file) throw new Refused([`${folder} is a simulation of ${begun.file}, not of ${name}`]);
  if (kept !== null && kept.version !== tool.version) terminal.talk(`${folder} was begun by semimech ${kept.version}, this is ${tool.version}: the bits may differ from those of one version alone`);
  const runs = call.number("runs") ?? begun.runs;
  if (runs < (kept?.state.runs ?? 0)) throw new Refused([`--runs ${runs}: ${folder} holds ${kept?.state.runs ?? 0} runs already`]);
  const precision = call.number("precision") ?? begun.precision;
  const report = begun.report || call.flag("report");
  // The command is what would give all this in one go; a report asked for from the start counts more.
  const asked = { runs: String(runs), precision: precision === null ? null : String(precision) };
  const command = Object.entries(asked).reduce<readonly string[]>((parts, [option, value]) => withOption(parts, option, value), begun.command);
  return { plan: { ...begun, command, runs, precision, report, shows: { ...begun.shows, runs: true } }, from: kept?.state ?? null };
}

async function perform(plan: SimulatePlan, call: Call, scene: Scene, from: EnsembleState | null): Promise<ExitCode> {
  const start = new Date().toISOString();
  const folder = simulateFolder(plan, call);
  const answer = await answerSimulate(plan, call, scene, folder, from);
  const { output } = answer;
  const place = folder.isAsked ? await folder.open() : null;
  if (place !== null) await removeEarlier(place);
  await printAnswer(call, scene.terminal, "simulate", output, simulateText(output), { ending: "tsv", folder: plan.report ? null : place });
  if (place !== null) {
    await keepSimulation({ plan, ...answer, folder: place, start });
    if (plan.report) scene.terminal.talk(`report: ${join(place, simulateFiles.page)}`);
  }
  return codeOf(output, scene);
}

/** The exit code follows from the status. */
function codeOf({ status, failure }: SimulateOutput, { terminal }: Scene): ExitCode {
  if (status === "done") return exit.ok;
  if (failure === null) return exit.interrupted;
  terminal.problem(`semimech simulate: ${status} at time ${failure.time}, worst ${failure.worst}: ${failure.hint}`);
  return exit.numerical;
}
