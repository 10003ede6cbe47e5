import { rodas5p } from "./rodas5p.ts";
import { tsit5 } from "./tsit5.ts";

/** Every method for ordinary differential equations, by id. */
export const odeMethods = { tsit5, rodas5p } as const;

export { rodas5p, tsit5 };
