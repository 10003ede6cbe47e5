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
import type { OdeSolver } from "./solver.ts";
import { compileStiffness } from "./stiffness.ts";
import { tsit5 } from "./tsit5.ts";

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

/**
 * Chooses at compile time, from the work of a sparse factorisation, between Rosenbrock steps (rodas5p) and multistep formulas
 * (bdf) for what is stiff, and begins with explicit steps (tsit5) until steps are held at the border of stability; goes back when they no longer
 * would be. Whether that is so is asked every so many steps, so that neither pausing nor the requested times change the path.
 *
 * @source Petzold 1983, doi:10.1137/0904010 (changing between methods for what is stiff and what is not)
 */
export const auto: CompiledMethod = {
  facts: {
    id: "auto",
    title: "Explicit or implicit as the system asks",
    order: 5,
    denseOrder: 4,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: false,
    rhsPerStep: 1,
    factorizationsPerStep: 0,
    events: true,
    source: "Petzold 1983, doi:10.1137/0904010; and the sources of tsit5, rodas5p and bdf",
  },
  async compile(system, options): Promise<AutoSolver> {
    const lacking = [options.record && "record", options.rates && "rates", options.extend && "extend"].filter(Boolean).join(", ");
    if (lacking) throw new Error(`solver of "${system.id}": auto has no ${lacking}; use a one-step method such as rodas5p`);
    const chosen = autoMethods(system);
    const stiff = autoPhase(await compileSolver(system, { ...options, method: chosen.stiff === "bdf" ? bdf : rodas5p }));
    if (!chosen.explicit) {
      const { control, begin, solve, solveAsync } = stiff.solver;
      return { system, method: auto, control, methods: [chosen.stiff], begin, solve, solveAsync };
    }
    const explicit = autoPhase(await compileSolver(system, { ...options, method: tsit5 }));
    const stiffness = await compileStiffness(rateProgram(system), options.target ?? "wasm", options.reproducible);
    const kept = { runs: 0 };
    const driven = drive((problem) => beginAuto({ system, explicit, stiff, stiffness, kept }, problem));
    return { system, method: auto, control: explicit.solver.control, methods: ["tsit5", chosen.stiff], ...driven };
  },
};
