import { z } from "zod";
import { registrationLine } from "../study/runner.node.ts";
import { exit } from "./exit.ts";
import { printAnswer } from "./output-file.ts";
import { calledLedger, openCalled, register as registerIn, scenarioOptions } from "./scenario-call.ts";
import type { Verb } from "./verb.ts";

/** What `register --json` prints. */
export const registerOutput = z.object({
  schema: z.literal("register/1"),
  scenario: z.string(),
  hash: z.string(),
  parts: z.record(z.string(), z.string()),
  ledger: z.string(),
  since: z.iso.datetime(),
  /** False = it was registered before. */
  fresh: z.boolean(),
});

/** `semimech register SCENARIO`. */
export const register: Verb = {
  facts: {
    name: "register",
    summary: "write a scenario's hash to the ledger before anything is scored",
    takes: ["SCENARIO"],
    examples: ["semimech register scenarios/missing-reaction", "semimech register scenarios/missing-reaction --amend 1a2b3c4d"],
  },
  options: { ...scenarioOptions, amend: { kind: "text", value: "HASH", help: "the registration that a changed scenario amends (8 digits or more)" } },
  async run(call, scene) {
    const open = await openCalled(call.positionals[0] ?? "", call, scene);
    const registered = registerIn(calledLedger(call), open, call.text("amend"));
    const { scenario, hash, parts, ledger, since, fresh } = registered;
    const output: z.output<typeof registerOutput> = { schema: "register/1", scenario, hash, parts: { ...parts }, ledger, since, fresh };
    await printAnswer(call, scene.terminal, "register", output, `${registrationLine(registered)}\n`);
    return exit.ok;
  },
};
