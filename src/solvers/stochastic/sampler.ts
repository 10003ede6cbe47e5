import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { compileStochastic } from "./compile.ts";
import type { PathSource } from "./ensemble-statistics.ts";
import { exactEvents } from "./exact-events.ts";
import { hybridMethods, partitionDefaults } from "./hybrid-method.ts";
import type { PartitionControl } from "./hybrid-method.ts";
import { stochasticMethods } from "./index.ts";
import { leapMethods } from "./leap.ts";
import type { OdeControl } from "../ode/control.ts";
import type { LeapControl } from "./leap-method.ts";
import { compileLeap } from "./leap-solver.ts";
import type { StochasticFacts, StochasticMethod } from "./method.ts";
import type { StochasticRun, StochasticSolver } from "./solver.ts";
import { compileThinned } from "./thinned.ts";
import { needsThinning } from "./timed-model.ts";

/** Every method that samples paths, exact ones and approximate ones, by id. */
export const samplingMethods = { ...stochasticMethods, ...leapMethods, ...hybridMethods } as const;

/** Id of the method that looks at every event, and thus sees exactly when a condition first holds. */
export const watchingExactly = exactEvents.facts.id;

/** How a method divides channels into fast and slow ones, as plain data. */
export interface SampledPartition extends Pick<PartitionControl, "interval">, Partial<Omit<PartitionControl, "interval">> {
  /** Id of the ODE method of fast channels. */
  readonly method?: string;
  readonly control?: Partial<OdeControl>;
}

export interface SamplerOptions {
  /** Id of one of `samplingMethods`. */
  readonly method: string;
  /** What species are recorded as. Default "concentrations". */
  readonly record?: "concentrations" | "molecules";
  /** How an approximate method chooses its steps; an exact one has nothing to choose. */
  readonly control?: Partial<LeapControl>;
  /** For methods that divide channels; they need one. */
  readonly partition?: SampledPartition;
  /** Conditions whose first passage is noted in every run, as `compileLeap` takes them: only methods that look at every step can, to which a method that merely chooses gives way. */
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
 * @status problems: an unknown method, parameters without a value, and those of `compileStochastic`, `compileLeap` or `compileHybrid`.
 */
export async function compileSampler(network: Network, options: SamplerOptions): Promise<SamplerResult> {
  const compiled = await compiledFor(network, options);
  if (compiled.problems) return { problems: compiled.problems };
  const { system, outputs, channels, warnings, begin, method } = compiled.solver;
  const missing = system.parameters.filter((_, index) => Number.isNaN(system.parameterValues[index]));
  if (missing.length > 0) return { problems: missing.map((one) => ({ where: `value:${one}`, message: `"${one}" has no value; give it one` })) };
  return { sampler: { system, outputs, channels, warnings, begin, method: method.facts } };
}

async function compiledFor(network: Network, { method: asked, record = "concentrations", control, partition, watch = [], target }: SamplerOptions) {
  const chooser = Object.values<StochasticMethod>(stochasticMethods).find(({ facts }) => facts.id === asked);
  // A method that merely chooses among exact ones may choose the one that looks at every event.
  const id = watch.length > 0 && chooser?.choose ? watchingExactly : asked;
  const exact = Object.values(stochasticMethods).find(({ facts }) => facts.id === id);
  const approximate = Object.values(leapMethods).find(({ facts }) => facts.id === id);
  const shared = { record, ...(target && { target }) };
  if (approximate?.facts.exact && watch.length > 0 && needsThinning(network)) {
    return { problems: watch.map((text) => ({ where: `condition:${text}`, message: `condition "${text}": first passages are not looked for in models with events or rates that depend on time; leave it out` })) };
  }
  if (approximate) return compileLeap(network, { ...shared, method: approximate, watch, ...(control && { control }) });
  if (watch.length > 0 && Object.hasOwn(samplingMethods, id)) return { problems: watch.map((text) => ({ where: `condition:${text}`, message: `condition "${text}": ${id} does not look at every event; choose one of ${Object.keys(leapMethods).join(", ")}` })) };
  if (exact) return needsThinning(network) ? compileThinned(network, shared) : compileStochastic(network, { ...shared, method: exact });
  if (Object.hasOwn(hybridMethods, id)) return compileDivided(network, partition ?? null, shared);
  return { problems: [{ where: "option:method", message: `there is no stochastic method "${id}"; choose one of ${Object.keys(samplingMethods).join(", ")}` }] };
}

async function compileDivided(network: Network, partition: SampledPartition | null, shared: Pick<SamplerOptions, "record" | "target">) {
  if (!partition) return { problems: [{ where: "option:partition", message: "no interval at which to look which channels are fast; give one in partition" }] };
  const { method: id = partitionDefaults.method, control, ...given } = partition;
  // Loaded where needed: it brings every ODE method along.
  const [{ compileHybrid }, { oneStepMethods }] = await Promise.all([import("./hybrid-partition.ts"), import("../ode/index.ts")]);
  const method = Object.hasOwn(oneStepMethods, id) ? oneStepMethods[id] : undefined;
  if (!method) return { problems: [{ where: "option:partition", message: `there is no one-step ODE method "${id}"; choose one of ${Object.keys(oneStepMethods).join(", ")}` }] };
  return compileHybrid(network, { ...shared, partition: given, method, ...(control && { control }) });
}
