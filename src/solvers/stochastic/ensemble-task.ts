import type { Network } from "../../models/network.ts";
import type { BlockTask } from "../block-task.ts";
import { freshBreathing, statisticsBlock } from "./ensemble-statistics.ts";
import type { EnsembleStatisticsProblem, StatisticsBlock } from "./ensemble-statistics.ts";
import { compileSampler } from "./sampler.ts";
import type { Sampler, SamplerOptions } from "./sampler.ts";

/** An ensemble as plain data, from which every thread makes the same. */
export interface EnsembleInput {
  readonly network: Network;
  readonly sampler: SamplerOptions;
  readonly problem: Omit<EnsembleStatisticsProblem, "signal" | "breathe">;
}

/** Blocks of an ensemble on a compiled network. */
export function ensembleBlocks(sampler: Sampler, problem: EnsembleInput["problem"]): BlockTask<StatisticsBlock> {
  const breathing = freshBreathing();
  return {
    run: (block, hooks) => statisticsBlock(sampler, { ...problem, signal: hooks, breathe: () => hooks.breathe() }, block, breathing),
    buffersOf: ({ moments, values, lagged }) => [moments.values.buffer, values.buffer, lagged.buffer].flatMap((buffer) => (buffer instanceof ArrayBuffer && buffer.byteLength > 0 ? [buffer] : [])),
  };
}

/** Prepares an ensemble on a worker thread. @throws Error with what keeps the network from being compiled */
export async function blockTask({ network, sampler: options, problem }: EnsembleInput): Promise<BlockTask<StatisticsBlock>> {
  const { sampler, problems } = await compileSampler(network, options);
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return ensembleBlocks(sampler, problem);
}
