import { auto } from "./auto-method.ts";
import { bdf } from "./bdf.ts";
import { dop853 } from "./dop853.ts";
import { kvaerno5 } from "./kvaerno5.ts";
import { type AnyOdeMethod, type OdeMethod, isOneStep } from "./method.ts";
import { odex } from "./odex.ts";
import { rodas4 } from "./rodas4.ts";
import { rodas5 } from "./rodas5.ts";
import { rodas5p } from "./rodas5p.ts";
import { rosenbrock23 } from "./rosenbrock23.ts";
import { tsit5 } from "./tsit5.ts";
import { vern7 } from "./vern7.ts";

/** Every method for ordinary differential equations, by id. */
export const odeMethods = { auto, tsit5, dop853, vern7, odex, rosenbrock23, rodas4, rodas5, rodas5p, kvaerno5, bdf } as const satisfies Readonly<Record<string, AnyOdeMethod>>;

/** The methods written step by step, by id: those that tapes, adjoints and reports along a path can use. */
export const oneStepMethods: Readonly<Record<string, OdeMethod>> = Object.fromEntries(
  Object.entries<AnyOdeMethod>(odeMethods).filter((entry): entry is [string, OdeMethod] => isOneStep(entry[1])),
);

export { auto, bdf, dop853, kvaerno5, odex, rodas4, rodas5, rodas5p, rosenbrock23, tsit5, vern7 };
