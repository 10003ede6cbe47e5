import { compileSolver } from "../compile.ts";
import { odeMethods } from "../ode/index.ts";
import type { AnyOdeMethod } from "../ode/method.ts";
import type { BlockEngine } from "./block.ts";
import { singleEngine } from "./one-by-one.ts";
import type { SingleStart } from "./share.ts";
import type { SystemCopy } from "./system-copy.ts";
import { systemOfCopy } from "./system-copy.ts";

/** Compiles the solver of single runs from what crosses to another thread. @throws Error when there is no method of that name. */
export async function compileSingle(copy: SystemCopy, id: string, options: SingleStart["options"]): Promise<BlockEngine> {
  const method = (odeMethods as Readonly<Record<string, AnyOdeMethod>>)[id];
  if (!method) throw new Error(`ensemble of "${copy.id}": there is no method "${id}"`);
  return singleEngine(await compileSolver(systemOfCopy(copy), { ...options, method }));
}
