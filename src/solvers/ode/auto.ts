import { expressionsOfRates, reactionTermsOf } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";
import { compileSolver } from "../compile.ts";
import { orderedFactors } from "../linear/choose.ts";
import { rateProgram } from "../tables/index.ts";
import { autoPhase } from "./auto-phase.ts";
import { beginAuto } from "./auto-run.ts";
import { bdf } from "./bdf.ts";
import { operationCount } from "./chunk.ts";
import { drive } from "./drive.ts";
import type { CompiledMethod } from "./method.ts";
import { rodas5p } from "./rodas5p.ts";
import type { OdeSolver, SolverOptions } from "./solver.ts";
import { compileStiffness } from "./stiffness.ts";
import { tsit5 } from "./tsit5.ts";

export { auto } from "./auto-method.ts";

/** A Rosenbrock step factors once and takes eight right-hand sides: up to this many right-hand sides' worth of work, a factorisation is cheap. */
const FACTORIZATION_SHARE = 10;
/** Straight-line code of more operations than this takes longer to set up than it saves; beyond, one method has to do, from tables where they serve. */
const MOST_WRITTEN_OPERATIONS = 50_000;
/** Up to here, two methods are set up and the run goes from one to the other. */
const MOST_OPERATIONS_TWICE = 20_000;

/** A solver that has chosen its methods. */
export interface AutoSolver extends OdeSolver {
  /** Ids of the methods it goes between; one alone where setting up a second would not pay. */
  readonly methods: readonly string[];
}

/** Operations of one right-hand side: those of the rates and of the sums over them. */
function operationsOf(system: OdeSystem): number {
  const terms = reactionTermsOf(system);
  const inProducts = terms?.rates.reduce((total, { factors }) => total + (factors ? factors.length - 1 : 0), 0) ?? 0;
  return operationCount(expressionsOfRates(system)) + inProducts + (terms?.change.length ?? 0);
}

/** Which methods a system gets, from the operations of its right-hand side and the multiplications of its sparse factors. */
export function autoMethods(system: OdeSystem): { readonly explicit: boolean; readonly stiff: "rodas5p" | "bdf" } {
  const operations = operationsOf(system);
  const isCheap = operations <= MOST_WRITTEN_OPERATIONS && orderedFactors(rateProgram(system).pattern, FACTORIZATION_SHARE * Math.max(operations, system.states.length)) !== null;
  return { explicit: operations <= MOST_OPERATIONS_TWICE, stiff: isCheap ? "rodas5p" : "bdf" };
}

/** The solver of the method `auto`. @throws Error as `CompiledMethod.compile` */
export async function compileAuto(method: CompiledMethod, system: OdeSystem, options: Omit<SolverOptions, "method">): Promise<AutoSolver> {
  const lacking = [options.record && "record", options.rates && "rates", options.extend && "extend"].filter(Boolean).join(", ");
  if (lacking) throw new Error(`solver of "${system.id}": auto has no ${lacking}; use a one-step method such as rodas5p`);
  const chosen = autoMethods(system);
  const stiff = autoPhase(await compileSolver(system, { ...options, method: chosen.stiff === "bdf" ? bdf : rodas5p }));
  if (!chosen.explicit) {
    const { control, begin, solve, solveAsync } = stiff.solver;
    return { system, method, control, methods: [chosen.stiff], begin, solve, solveAsync };
  }
  const explicit = autoPhase(await compileSolver(system, { ...options, method: tsit5 }));
  const stiffness = await compileStiffness(rateProgram(system), options.target ?? "wasm", options.reproducible);
  const kept = { runs: 0 };
  const driven = drive((problem) => beginAuto({ system, explicit, stiff, stiffness, kept }, problem));
  return { system, method, control: explicit.solver.control, methods: ["tsit5", chosen.stiff], ...driven };
}
