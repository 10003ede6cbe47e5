import { didYouMean } from "../study/nearest.ts";
import { exit } from "./exit.ts";
import { printAnswer } from "./output-file.ts";
import { Refused } from "./refused.ts";
import type { Verb } from "./verb.ts";

/** `semimech schema [NAME]`. */
export const schema: Verb = {
  facts: {
    name: "schema",
    summary: "print the JSON Schema of an output or input file",
    takes: ["NAME?"],
    examples: ["semimech schema", "semimech schema simulate"],
  },
  options: {},
  async run(call, { terminal }) {
    // Loaded here only: it reaches every other verb.
    const { jsonSchemaOf, schemaNames } = await import("./schemas.ts");
    const [name] = call.positionals;
    if (name === undefined) {
      await printAnswer(call, terminal, "schema", { schema: "schemas/1", names: schemaNames }, `${schemaNames.join("\n")}\n`);
      return exit.ok;
    }
    const found = jsonSchemaOf(name);
    if (found === null) throw new Refused([`there is no schema ${name}${didYouMean(name, schemaNames)}`]);
    await printAnswer(call, terminal, `${name}.schema`, found, `${JSON.stringify(found, null, 2)}\n`, { ending: "json" });
    return exit.ok;
  },
};
