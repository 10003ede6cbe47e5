import type { Parameter } from "../../models/network.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { ResidualKind, ResidualUnit, WrittenResidual } from "./kind.ts";

export interface DenseOptions {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Spread of the first weights relative to Glorot's uniform bound. */
  readonly gain: number;
}

/**
 * A dense network with tanh units whose last layer starts at zero, so that it is silent until it is trained.
 *
 * @source Glorot & Bengio 2010, AISTATS 9:249, eq. 16 (range of the hidden weights)
 */
export const dense: ResidualKind<DenseOptions> = {
  facts: {
    id: "dense",
    title: "dense network, tanh units",
    invariants: ["zero output as initialised"],
    source: "Glorot & Bengio 2010, AISTATS 9:249",
  },
  defaults: { hidden: [8], gain: 1 },
  write: writeDense,
};

function writeDense(id: string, inputs: readonly string[], nOutput: number, options: DenseOptions, stream: RandomStream): WrittenResidual {
  const weights: Parameter[] = [];
  const units: ResidualUnit[] = [];
  const weight = (name: string, value: number): string => {
    weights.push({ id: name, value, constant: true, unit: null });
    return name;
  };
  const affine = (layer: number, unit: number, sources: readonly string[], draw: () => number): string => {
    const terms = sources.map((source, index) => `${weight(`${id}_w${layer}_${unit + 1}_${index + 1}`, draw())}*${source}`);
    return [weight(`${id}_b${layer}_${unit + 1}`, 0), ...terms].join(" + ");
  };

  let sources = inputs.map((input) => (/^\w+$/.test(input) ? input : `(${input})`));
  options.hidden.forEach((width, index) => {
    const bound = options.gain * Math.sqrt(6 / (sources.length + width));
    const layer = index + 1;
    const next: string[] = [];
    for (let unit = 0; unit < width; unit++) {
      const unitId = `${id}_h${layer}_${unit + 1}`;
      units.push({ id: unitId, formula: `tanh(${affine(layer, unit, sources, () => bound * (2 * stream.uniform() - 1))})` });
      next.push(unitId);
    }
    sources = next;
  });
  const last = options.hidden.length + 1;
  const outputs = Array.from({ length: nOutput }, (_, unit) => affine(last, unit, sources, () => 0));
  return { weights, units, outputs };
}
