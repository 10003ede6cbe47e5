import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import type { ReversePair } from "../models/index.ts";
import { writeAtomically } from "../study/run-folder.node.ts";
import { shownPath } from "../study/shown-path.node.ts";
import { printAnswer, refuseReport } from "./output-file.ts";
import { answerThermo } from "./thermo-answer.ts";
import { readThermoCall } from "./thermo-call.ts";
import { thermoOptions } from "./thermo-options.ts";
import type { Verb } from "./verb.ts";

export { thermoOutput } from "./thermo-output.ts";

/** Pairs of reactions that are named at most. */
const namedPairs = 10;

function pairedText(pairs: readonly ReversePair[]): string {
  if (pairs.length === 0) return "--pair: no two one-way mass-action reactions reverse each other";
  const list = pairs.slice(0, namedPairs).map(({ reaction, reverse }) => `${reaction} with ${reverse}`);
  return `joined ${list.join(", ")}${pairs.length > namedPairs ? ` and ${pairs.length - namedPairs} more pairs` : ""}`;
}

/** `semimech thermo MODEL`. */
export const thermo: Verb = {
  facts: {
    name: "thermo",
    summary: "entropy production, uncertainty relations and what nature allows: along a trajectory, at rest, sampled, or against data",
    takes: ["MODEL"],
    examples: [
      "semimech thermo schlogl --end 10 --report",
      "semimech thermo model.ant --times 0,1,10 --observable X --json",
      "semimech thermo michaelis-menten --steady --observable P",
      "semimech thermo schlogl --stochastic --volume 20 --runs 2000 --seed 7",
      "semimech thermo uniform-ring --currents currents.tsv --covariance covariance.tsv",
      "semimech thermo model.ant --repair --out repaired",
    ],
  },
  options: thermoOptions,
  async run(call, scene) {
    const { terminal } = scene;
    const start = new Date().toISOString();
    const into = call.flag("report") ? null : call.text("out");
    if (into !== null) refuseReport(into, "thermo.html");
    const asked = await readThermoCall(call);
    if (asked.mode === "stochastic" && call.text("seed") === null) terminal.talk(`seed ${asked.seed}`);
    if (asked.pairs) terminal.talk(pairedText(asked.pairs));
    const answer = await answerThermo(asked, scene);
    const wantsPage = call.flag("report") && answer.drawn !== null;
    await printAnswer(call, terminal, "thermo", answer.output, answer.text, wantsPage ? { folder: null } : {});
    const out = call.text("out");
    if (answer.repaired !== null && out === null && !call.flag("json")) terminal.talk("--out DIR writes the repaired model to DIR/repaired.ant, --json prints it");
    if (answer.repaired !== null && out !== null) {
      await mkdir(out, { recursive: true });
      await writeAtomically(join(out, "repaired.ant"), answer.repaired);
      terminal.talk(`wrote ${join(out, "repaired.ant")}`);
    }
    if (wantsPage) {
      // Loaded when there is something to draw: plots cost more than the rest of the command line.
      const { thermoFiles, writeThermoFolder } = await import("./thermo-folder.ts");
      terminal.talk(`report: ${shownPath(join(await writeThermoFolder({ call, asked, answer, start }), thermoFiles.page))}`);
    }
    if (answer.problem !== null) terminal.problem(`semimech thermo: ${answer.problem}`);
    return answer.code;
  },
};
