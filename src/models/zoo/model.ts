import type { Network } from "../network.ts";
import { readReactionText } from "../text.ts";

export interface ModelFacts {
  /** Same as the file's name; the command line takes it as a model. */
  readonly id: string;
  readonly title: string;
  /** Author year, DOI, and where the numbers come from. */
  readonly source: string;
}

/** A published model, ready to use. */
export interface ZooModel {
  readonly facts: ModelFacts;
  readonly network: Network;
}

/** The network of a model written as reaction text. @throws with every problem, since a zoo model is code. */
export function networkFrom(text: string): Network {
  const result = readReactionText(text);
  if (result.problems) throw new Error(result.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`).join("\n"));
  return result.network;
}

/** A model whose network is put together when it is first read: a program that uses one does not wait for all. */
export function zooModel({ facts, network }: { readonly facts: ModelFacts; readonly network: () => Network }): ZooModel {
  let made: Network | null = null;
  return {
    facts,
    get network() {
      return (made ??= network());
    },
  };
}
