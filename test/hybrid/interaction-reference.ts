import type { InteractionShape } from "../../src/hybrid/interaction-network.ts";

/** The same mathematics as the compiled network, written down without any thought of speed. */
export interface Reference {
  readonly state: readonly number[];
  /** Of Σ (x - observed)² by packed parameters. */
  readonly gradient: readonly number[];
  readonly error: number;
}

export function reference(shape: InteractionShape, parameters: Float64Array, input: readonly number[], observed: readonly number[], steps: number, h: number): Reference {
  const n = shape.roles.length;
  const nEdge = shape.edges.length;
  const activity = (node: number): number => parameters[nEdge + node] ?? Number.NaN;
  const decay = (node: number): number => parameters[nEdge + n + node] ?? Number.NaN;
  const drive = (x: readonly number[]): number[] => {
    const sum = [...input];
    shape.edges.forEach(({ receiver, sender }, edge) => (sum[receiver] = (sum[receiver] ?? 0) + (parameters[edge] ?? 0) * (x[sender] ?? 0)));
    return sum.map(Math.tanh);
  };
  const slope = (x: readonly number[], tanh: readonly number[]): number[] => x.map((value, node) => activity(node) * (tanh[node] ?? 0) - decay(node) * value);
  const tape: { readonly x: readonly number[]; readonly tanh: readonly number[] }[] = [];
  let x = input.map(() => 0);
  for (let step = 0; step < steps; step++) {
    const tanh0 = drive(x);
    const slope0 = slope(x, tanh0);
    const x1 = x.map((value, node) => value + h * (slope0[node] ?? 0));
    const tanh1 = drive(x1);
    const slope1 = slope(x1, tanh1);
    tape.push({ x, tanh: tanh0 }, { x: x1, tanh: tanh1 });
    x = x.map((value, node) => value + (h / 2) * ((slope0[node] ?? 0) + (slope1[node] ?? 0)));
  }
  const gradient = Array.from(parameters, () => 0);
  /** Transpose of the slope at one stage: takes the slope's adjoint, gives the state's. */
  const back = (stage: { readonly x: readonly number[]; readonly tanh: readonly number[] } | undefined, adjoint: readonly number[]): number[] => {
    if (!stage) return [];
    const pulled = adjoint.map((each, node) => -decay(node) * each);
    const inner = adjoint.map((each, node) => each * activity(node) * (1 - (stage.tanh[node] ?? 0) ** 2));
    adjoint.forEach((each, node) => {
      gradient[nEdge + node] = (gradient[nEdge + node] ?? 0) + each * (stage.tanh[node] ?? 0);
      gradient[nEdge + n + node] = (gradient[nEdge + n + node] ?? 0) - each * (stage.x[node] ?? 0);
    });
    shape.edges.forEach(({ receiver, sender }, edge) => {
      gradient[edge] = (gradient[edge] ?? 0) + (inner[receiver] ?? 0) * (stage.x[sender] ?? 0);
      pulled[sender] = (pulled[sender] ?? 0) + (parameters[edge] ?? 0) * (inner[receiver] ?? 0);
    });
    return pulled;
  };
  const difference = x.map((value, node) => value - (observed[node] ?? Number.NaN));
  let adjoint = difference.map((each) => 2 * each);
  for (let step = steps - 1; step >= 0; step--) {
    const later = adjoint.map((each) => (h / 2) * each);
    const predicted = back(tape[2 * step + 1], later);
    const first = back(tape[2 * step], later.map((each, node) => each + h * (predicted[node] ?? 0)));
    adjoint = adjoint.map((each, node) => each + (predicted[node] ?? 0) + (first[node] ?? 0));
  }
  return { state: x, gradient, error: difference.reduce((sum, each) => sum + each * each, 0) };
}
