import { programBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import type { Target } from "../../kernel/instance.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { reactionSystem } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import { pace } from "../ode/pace.ts";
import { channelsOf, countSymbol, inMolecules, moleculesPerSymbol } from "./channel.ts";
import type { Residues } from "./channel.ts";
import { prepareDraws } from "./draws.ts";
import { initialMolecules } from "./initial-molecules.ts";
import type { StochasticMethod } from "./method.ts";
import { moleculesPerAmount } from "./molecules.ts";
import { outputsOf } from "./output.ts";
import { beginStochasticRun } from "./run.ts";
import { stochasticMemory } from "./scene.ts";
import type { StochasticSolver } from "./solver.ts";
import { unrolledChannels } from "./unrolled.ts";
import { propensityWarnings } from "./validity.ts";

export interface StochasticOptions {
  readonly method: StochasticMethod;
  /** Default "wasm". */
  readonly target?: Target;
  /** What species are recorded as. Default "concentrations". */
  readonly record?: "concentrations" | "molecules";
  /** Reactions whose learned conductance is read at the residue of a jump, as `attachConductance` names them. Default none. */
  readonly residues?: Residues;
  /** Channels up to which the direct method is unrolled. */
  readonly unrolledChannels?: number;
}

export type StochasticResult =
  | { readonly solver: StochasticSolver; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly solver?: undefined };

/**
 * Compiles a network and a stochastic method into one program with the whole event loop inside.
 * @status problems: what `odeSystem` refuses, rate rules, rates that depend on time, stoichiometries that are no whole numbers,
 * units that are no amounts, and initial amounts that are no whole numbers of molecules where amounts are counted in items.
 */
export async function compileStochastic(network: Network, options: StochasticOptions): Promise<StochasticResult> {
  const compiled = reactionSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system, resolver } = compiled;
  const continuous = network.rules.flatMap(({ kind, target }): NetworkProblem[] =>
    kind === "rate" ? [{ where: `rule:${target}`, message: `"${target}" follows a rate rule; between two events stochastic methods need constant propensities` }] : [],
  );
  const isState = new Set(system.states);
  const unit = moleculesPerAmount(network, network.species.filter(({ id }) => isState.has(id)));
  const problems: NetworkProblem[] = [...continuous, ...(unit.problems ?? [])];
  if (unit.problems || problems.length > 0) return { problems };
  const found = channelsOf(network, system, unit.perAmount, options.residues, compiled);
  if (found.problems) return found;
  const { channels } = found;
  const start = initialMolecules(system, moleculesPerSymbol(network, system, unit.perAmount, resolver), unit.isMole);
  if (start.problems.length > 0) return { problems: start.problems };

  const { target = "wasm", record = "concentrations", unrolledChannels: unrolled = unrolledChannels } = options;
  const method = options.method.choose?.(channels, system) ?? options.method;
  const countOf = (id: string): Expression | null => (isState.has(id) ? system.graph.symbol(countSymbol(id)) : null);
  const outputs = outputsOf(network, system, unit.perAmount, record, countOf);
  const toMolecules = inMolecules(network, system, unit.perAmount, resolver);
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = stochasticMemory(layout, { parameters: system.parameters.length, states: system.states.length, channels: channels.length });
  const scene = { system, channels, outputs: outputs.map(({ expression }) => toMolecules(expression)), memory, unrolledChannels: unrolled };
  const written = method.write({ program, layout, scene });
  const instance = await instantiate(program.finish(layout.bytes), target);
  prepareDraws(instance, memory.draws);
  written.prepare(instance);

  const kept = { runs: 0, coefficients: null };
  const speed = pace();
  const begin: StochasticSolver["begin"] = (problem) => beginStochasticRun({ ...scene, network, instance, written, initial: start.molecules }, kept, problem);
  const solver: StochasticSolver = {
    network,
    system,
    method,
    residues: options.residues ?? null,
    states: system.states,
    outputs: outputs.map(({ id, unit: own }) => ({ id, unit: own })),
    channels: channels.map(({ id }) => id),
    warnings: [...start.warnings, ...propensityWarnings(system, channels, start.molecules)],
    begin,
    run(problem) {
      const run = begin(problem);
      while (run.status.status === "paused") {
        const before = performance.now();
        run.advance(speed.budget);
        // A run that ended early says nothing about how long a full budget takes.
        if (run.status.status === "paused") speed.measure(performance.now() - before);
      }
      return run.path();
    },
  };
  return { solver };
}
