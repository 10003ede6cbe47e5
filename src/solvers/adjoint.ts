import type { OdeSystem } from "../models/system.ts";
import { diagonallyImplicitReverser } from "./adjoint/diagonally-implicit.ts";
import { explicitReverser } from "./adjoint/explicit.ts";
import type { AdjointMemory } from "./adjoint/memory.ts";
import { adjointMemory } from "./adjoint/memory.ts";
import { MULTISTEP_DIFFERENCES, writeMultistepReverse } from "./adjoint/multistep.ts";
import type { PullBack, ReversibleProgram } from "./adjoint/pull-back.ts";
import { pullBackOf } from "./adjoint/pull-back.ts";
import { rosenbrockReverser } from "./adjoint/rosenbrock.ts";
import { type StepReverser, writeReverse } from "./adjoint/sweep.ts";
import { type ExtendContext, type OdeSolver, type SolverOptions, type WovenSolver, compileSolver } from "./compile.ts";
import { refuseEvents } from "./ode/event.ts";
import { odeMethods } from "./ode/index.ts";
import { type AnyOdeMethod, type OdeMethod, isOneStep } from "./ode/method.ts";
import type { WeaveMultistep, WovenMultistep } from "./ode/multistep.ts";

export interface AdjointOptions<Method extends AnyOdeMethod = OdeMethod> extends Omit<SolverOptions<Method>, "record" | "rates" | "extend" | "keepsStages" | "exactly" | "nonNegative"> {
  /** Parameters whose derivatives are wanted; default all. */
  readonly wrt?: readonly string[];
}

/** A solver that can also pull derivatives back through the steps it took. */
export interface ReversibleSolver extends OdeSolver, PullBack {}

/** The same of a one-step method, with its program. */
export interface AdjointSolver extends WovenSolver, PullBack {}

type WriteReverser = (context: ExtendContext, at: AdjointMemory, wrt: readonly string[]) => StepReverser;
type CommonOptions = Omit<AdjointOptions, "method" | "wrt">;

/** Compiles a solver whose program holds the reverse of its steps too. */
type WeaveReverse = (system: OdeSystem, options: CommonOptions, wrt: readonly string[]) => Promise<{ readonly solver: OdeSolver & ReversibleProgram; readonly at: AdjointMemory }>;

/** Null where a method's steps have no reverse. */
function reverseOf(method: AnyOdeMethod): WeaveReverse | null {
  if (!isOneStep(method)) {
    const { multistep } = method;
    return multistep ? (system, options, wrt) => weaveMultistep(system, options, wrt, multistep) : null;
  }
  const { facts, tableau, rosenbrock, diagonal } = method;
  const weaveWith =
    (isImplicit: boolean, reverser: WriteReverser): WeaveReverse =>
    (system, options, wrt) => weaveOneStep(system, { ...options, method }, isImplicit, (context, at) => reverser(context, at, wrt));
  if (rosenbrock) return weaveWith(true, (context, at, wrt) => rosenbrockReverser(context, at, wrt, rosenbrock));
  if (diagonal !== undefined) return weaveWith(true, (context, at, wrt) => diagonallyImplicitReverser(context, at, wrt, diagonal));
  return tableau.stageUnit === "rate" && facts.factorizationsPerStep === 0 ? weaveWith(false, explicitReverser) : null;
}

/** Whether steps of a method can be reversed: what its coefficients, or what it lets be woven into its loop, allow. */
export const hasAdjoint = (method: AnyOdeMethod): boolean => reverseOf(method) !== null;

/**
 * Compiles a solver together with the discrete adjoint of its steps, both from one graph: explicit, diagonally implicit and Rosenbrock steps, and
 * multistep formulas of variable order. Equations that a method iterates for are solved `exactly`: what is differentiated is the equation.
 *
 * @throws when the method's steps have no reverse, a parameter is unknown, negative amounts are to be taken out, or the system has events
 * @source Hager 2000, doi:10.1007/s002110000178 (adjoint of a Runge-Kutta method); Daescu, Carmichael & Sandu 2000, doi:10.1006/jcph.2000.6622 (of a Rosenbrock method); steps taken as in Sandu 2006, doi:10.1007/11758549_110
 */
export function compileAdjoint(system: OdeSystem, options: AdjointOptions): Promise<AdjointSolver>;
export function compileAdjoint(system: OdeSystem, options: AdjointOptions<AnyOdeMethod>): Promise<ReversibleSolver>;
export async function compileAdjoint(system: OdeSystem, { method, wrt: wanted = system.parameters, ...options }: AdjointOptions<AnyOdeMethod>): Promise<ReversibleSolver> {
  const weave = reverseOf(method);
  if (!weave) {
    const others = Object.values<AnyOdeMethod>(odeMethods).flatMap((other) => (hasAdjoint(other) ? [other.facts.id] : []));
    throw new Error(`adjoint of "${system.id}": the steps of ${method.facts.id} have none; use one of ${others.join(", ")}`);
  }
  refuseEvents(system, "the adjoint", "use compileEventAdjoint");
  // The type keeps it out of literals only, and outputs that were changed after the steps have other derivatives than these.
  if ("nonNegative" in options && options.nonNegative) throw new Error(`adjoint of "${system.id}": outputs out of which nonNegative takes negative amounts have none; leave it out`);
  const unknown = wanted.filter((id) => !system.parameters.includes(id));
  if (unknown.length > 0) throw new Error(`adjoint of "${system.id}": no parameter called ${unknown.join(", ")}`);
  const wrt = [...new Set(wanted)];
  const { solver, at } = await weave(system, options, wrt);
  const { anew, pullBack } = pullBackOf(solver, at, wrt);
  return { ...solver, begin: anew(solver.begin), solve: anew(solver.solve), solveAsync: anew(solver.solveAsync), pullBack };
}

async function weaveOneStep(system: OdeSystem, options: CommonOptions & { readonly method: OdeMethod }, isImplicit: boolean, write: (context: ExtendContext, at: AdjointMemory) => StepReverser): Promise<{ solver: WovenSolver; at: AdjointMemory }> {
  const { nodes, extra } = options.method.tableau;
  let placed: { readonly at: AdjointMemory; readonly reverser: StepReverser } | undefined;
  // Explicit reversers write the rates of the steps, which are wanted first.
  const place = (context: ExtendContext): { readonly at: AdjointMemory; readonly reverser: StepReverser } => {
    if (placed) return placed;
    const at = adjointMemory(context, nodes.length + (extra?.nodes.length ?? 0));
    return (placed = { at, reverser: write(context, at) });
  };
  const solver = await compileSolver(system, {
    ...options,
    record: true,
    exactly: true,
    ...(isImplicit ? { keepsStages: true } : { rates: place }),
    extend(context) {
      const { at, reverser } = place(context);
      writeReverse(context, at, reverser);
    },
  });
  return { solver, at: written(placed).at };
}

async function weaveMultistep(system: OdeSystem, options: CommonOptions, wrt: readonly string[], weave: WeaveMultistep): Promise<{ solver: WovenMultistep; at: AdjointMemory }> {
  let at: AdjointMemory | undefined;
  const solver = await weave(system, options, (context) => {
    at = adjointMemory(context, MULTISTEP_DIFFERENCES);
    return writeMultistepReverse(context, at, wrt);
  });
  return { solver, at: written(at) };
}

function written<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("adjoint: the solver was compiled without its extension");
  return part;
}
