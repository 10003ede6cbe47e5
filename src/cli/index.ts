import { info } from "./info.ts";
import { register } from "./register.ts";
import { reproduce } from "./reproduce.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { simulate } from "./simulate.ts";
import { thermo } from "./thermo.ts";
import { validate } from "./validate.ts";

/** Verbs of the command line, in the order of the help. */
export const verbs = { run, register, simulate, info, validate, thermo, reproduce, schema } as const;
