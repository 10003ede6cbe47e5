import type { Parameter } from "../../models/network.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { ResidualKind, ResidualUnit, WrittenResidual } from "./kind.ts";

export interface ConvexOptions {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Spread of the first weights relative to Glorot's uniform bound. */
  readonly gain: number;
  /** First value of the roots of the weights that must not be negative; the output starts with weights of its square. */
  readonly root: number;
}

/**
 * A network whose output is convex in its inputs, with slopes that stay bounded: units (s + √(s² + 4))/2 of affine sums, to which
 * earlier units add with squared weights. Weights that are squares have no slope at 0, so that they start small instead of there.
 *
 * @source Amos, Xu & Kolter 2017, arXiv:1609.07152, eq. 2 (input-convex network); Barron 2021, arXiv:2112.11687 (squareplus units)
 */
export const convex: ResidualKind<ConvexOptions> = {
  facts: {
    id: "convex",
    title: "input-convex network, squareplus units",
    invariants: ["convex in its inputs", "bounded gradient"],
    source: "Amos, Xu & Kolter 2017, arXiv:1609.07152",
  },
  defaults: { hidden: [4], gain: 1, root: 0.03 },
  write: writeConvex,
};

function writeConvex(id: string, inputs: readonly string[], nOutput: number, options: ConvexOptions, stream: RandomStream): WrittenResidual {
  const weights: Parameter[] = [];
  const units: ResidualUnit[] = [];
  const weight = (name: string, value: number): string => {
    weights.push({ id: name, value, constant: true, unit: null });
    return name;
  };
  const sources = inputs.map((input) => (/^\w+$/.test(input) ? input : `(${input})`));
  let before: string[] = [];
  const convexSum = (layer: number, unit: number): string[] => before.map((earlier, index) => `${weight(`${id}_r${layer}_${unit + 1}_${index + 1}`, options.root)}^2*${earlier}`);
  options.hidden.forEach((width, index) => {
    const bound = options.gain * Math.sqrt(6 / (sources.length + width));
    const layer = index + 1;
    const next: string[] = [];
    for (let unit = 0; unit < width; unit++) {
      const affine = sources.map((source, at) => `${weight(`${id}_w${layer}_${unit + 1}_${at + 1}`, bound * (2 * stream.uniform() - 1))}*${source}`);
      const sum = `${id}_s${layer}_${unit + 1}`;
      const unitId = `${id}_h${layer}_${unit + 1}`;
      units.push({ id: sum, formula: [weight(`${id}_b${layer}_${unit + 1}`, 0), ...affine, ...convexSum(layer, unit)].join(" + ") });
      units.push({ id: unitId, formula: `(${sum} + sqrt(${sum}^2 + 4))/2` });
      next.push(unitId);
    }
    before = next;
  });
  const last = options.hidden.length + 1;
  return { weights, units, outputs: Array.from({ length: nOutput }, (_, unit) => convexSum(last, unit).join(" + ") || "0") };
}
