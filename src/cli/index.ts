import type { Verb } from "./verb.ts";

/** Verbs of the command line, in the order of the help; each is loaded only when it is called. */
export const verbs = {
  run: async () => (await import("./run.ts")).run,
  register: async () => (await import("./register.ts")).register,
  simulate: async () => (await import("./simulate.ts")).simulate,
  info: async () => (await import("./info.ts")).info,
  validate: async () => (await import("./validate.ts")).validate,
  thermo: async () => (await import("./thermo.ts")).thermo,
  reproduce: async () => (await import("./reproduce.ts")).reproduce,
  schema: async () => (await import("./schema.ts")).schema,
} as const satisfies Readonly<Record<string, () => Promise<Verb>>>;
