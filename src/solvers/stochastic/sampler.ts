import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { compileStochastic } from "./compile.ts";
import type { PathSource } from "./ensemble-statistics.ts";
import { stochasticMethods } from "./index.ts";
import { leapMethods } from "./leap.ts";
import type { LeapControl } from "./leap-method.ts";
import { compileLeap } from "./leap-solver.ts";
import type { StochasticFacts } from "./method.ts";
import type { StochasticRun, StochasticSolver } from "./solver.ts";
import { compileThinned } from "./thinned.ts";
import { needsThinning } from "./timed-model.ts";

/** Every method that samples paths, exact ones and approximate ones, by id. */
export const samplingMethods = { ...stochasticMethods, ...leapMethods } as const;

export interface SamplerOptions {
  /** Id of one of `samplingMethods`. */
  readonly method: string;
  /** What species are recorded as. Default "concentrations". */
  readonly record?: "concentrations" | "molecules";
  /** How an approximate method chooses its steps; an exact one has nothing to choose. */
  readonly control?: Partial<LeapControl>;
  /** Conditions whose first passage is noted in every run, as `compileLeap` takes them: only methods that look at every step can. */
  readonly watch?: readonly string[];
  readonly target?: Target;
}

/** A network compiled for any method that samples paths. */
export interface Sampler extends PathSource {
  readonly system: StochasticSolver["system"];
  /** Of the method that does the work. */
  readonly method: Pick<StochasticFacts, "id" | "title" | "exact" | "use" | "source">;
  readonly channels: readonly string[];
  readonly warnings: readonly NetworkProblem[];
  begin(problem: Parameters<PathSource["begin"]>[0]): StochasticRun;
}

export type SamplerResult = { readonly sampler: Sampler; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly sampler?: undefined };

/**
 * Compiles a network for a method, exact or approximate.
 * @status problems: an unknown method, parameters without a value, and those of `compileStochastic` or `compileLeap`.
 */
export async function compileSampler(network: Network, { method: id, record = "concentrations", control, watch = [], target }: SamplerOptions): Promise<SamplerResult> {
  const exact = Object.values(stochasticMethods).find(({ facts }) => facts.id === id);
  const approximate = Object.values(leapMethods).find(({ facts }) => facts.id === id);
  if (exact && watch.length > 0) return { problems: watch.map((text) => ({ where: `condition:${text}`, message: `condition "${text}": ${id} runs from row to row and does not look at every event; choose one of ${Object.keys(leapMethods).join(", ")}` })) };
  const shared = { record, ...(target && { target }) };
  const compiled = exact
    ? await (needsThinning(network) ? compileThinned(network, shared) : compileStochastic(network, { ...shared, method: exact }))
    : approximate
      ? await compileLeap(network, { ...shared, method: approximate, watch, ...(control && { control }) })
      : { problems: [{ where: "option:method", message: `there is no stochastic method "${id}"; choose one of ${Object.keys(samplingMethods).join(", ")}` }] };
  if (compiled.problems) return { problems: compiled.problems };
  const { system, outputs, channels, warnings, begin, method } = compiled.solver;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index]));
  if (missing.length > 0) return { problems: missing.map((one) => ({ where: `value:${one}`, message: `"${one}" has no value; give it one` })) };
  return { sampler: { system, outputs, channels, warnings, begin, method: method.facts } };
}
