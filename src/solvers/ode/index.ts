import { type AnyOdeMethod, type OdeMethod, isOneStep } from "./method.ts";
import { rodas5p } from "./rodas5p.ts";
import { tsit5 } from "./tsit5.ts";

/** Every method for ordinary differential equations, by id. */
export const odeMethods = { tsit5, rodas5p } as const satisfies Readonly<Record<string, AnyOdeMethod>>;

/** The methods written step by step, by id: those that tapes, adjoints and reports along a path can use. */
export const oneStepMethods: Readonly<Record<string, OdeMethod>> = Object.fromEntries(
  Object.entries<AnyOdeMethod>(odeMethods).filter((entry): entry is [string, OdeMethod] => isOneStep(entry[1])),
);

export { rodas5p, tsit5 };
