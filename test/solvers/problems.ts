import { expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import type { OdeSystem } from "../../src/models/system.ts";

/** A system from the text of its rates; parameters carry their values, states their initial values. */
export function systemOf(id: string, rates: Readonly<Record<string, string>>, initial: Readonly<Record<string, number>>, parameters: Readonly<Record<string, number>> = {}): OdeSystem {
  const graph = expressionGraph();
  const states = Object.keys(rates);
  const rhs = Object.values(rates).map((text) => {
    const parsed = parseExpression(graph, text);
    if (parsed.problems) throw new Error(`${id}: ${parsed.problems.map((problem) => problem.message).join("; ")}`);
    return parsed.expression;
  });
  return {
    id,
    graph,
    states,
    parameters: Object.keys(parameters),
    rhs,
    outputs: states.map((state) => ({ id: state, unit: null, expression: graph.symbol(state) })),
    parameterValues: Object.values(parameters),
    initialState: states.map((state) => graph.constant(initial[state] ?? 0)),
  };
}

/** Start of a system at its own parameter values and initial state. */
export function problemOf(system: OdeSystem, times: readonly number[]) {
  return {
    parameters: Float64Array.from(system.parameterValues),
    state: Float64Array.from(system.initialState, (expression) => expression.value),
    times: Float64Array.from(times),
  };
}

/** Three irreversible first-order reactions in a row; closed form by eigenvalues. */
export const decayChain = systemOf("decay-chain", { A: "-k1*A", B: "k1*A - k2*B", C: "k2*B" }, { A: 1, B: 0, C: 0 }, { k1: 1, k2: 0.3 });

export function decayChainAt(t: number): [number, number, number] {
  const [k1, k2] = [1, 0.3];
  const a = Math.exp(-k1 * t);
  const b = (k1 / (k2 - k1)) * (Math.exp(-k1 * t) - Math.exp(-k2 * t));
  return [a, b, 1 - a - b];
}

/** Harmonic oscillator with angular frequency 1: x = sin t, v = cos t. */
export const oscillator = systemOf("oscillator", { x: "v", v: "-x" }, { x: 0, v: 1 });

/** A forced linear equation whose solution is y = sin t + e^(-t): time appears in the rate. */
export const forced = systemOf("forced", { y: "sin(time) + cos(time) - y" }, { y: 1 });

export const lotkaVolterra = systemOf("lotka-volterra", { prey: "a*prey - b*prey*predator", predator: "b*prey*predator - c*predator" }, { prey: 1.5, predator: 1 }, { a: 1.1, b: 0.9, c: 0.8 });

/** A nonlinear oscillator that is not stiff; arithmetic only. */
export const brusselator = systemOf("brusselator", { X: "a + X*X*Y - (b + 1)*X", Y: "b*X - X*X*Y" }, { X: 1.5, Y: 3 }, { a: 1, b: 3 });

/** @source Robertson 1966; Mazzia & Magherini 2008, Test Set for IVP Solvers */
export const robertson = systemOf(
  "robertson",
  { A: "-k1*A + k3*B*C", B: "k1*A - k3*B*C - k2*B*B", C: "k2*B*B" },
  { A: 1, B: 0, C: 0 },
  { k1: 0.04, k2: 3e7, k3: 1e4 },
);

/** @source Schaefer 1975; Mazzia & Magherini 2008, Test Set for IVP Solvers */
export const hires = systemOf(
  "hires",
  {
    y1: "-1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007",
    y2: "1.71*y1 - 8.75*y2",
    y3: "-10.03*y3 + 0.43*y4 + 0.035*y5",
    y4: "8.32*y2 + 1.71*y3 - 1.12*y4",
    y5: "-1.745*y5 + 0.43*y6 + 0.43*y7",
    y6: "-280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7",
    y7: "280*y6*y8 - 1.81*y7",
    y8: "-280*y6*y8 + 1.81*y7",
  },
  { y1: 1, y8: 0.0057 },
);

/** @source Field & Noyes 1974; Mazzia & Magherini 2008, Test Set for IVP Solvers */
export const oregonator = systemOf(
  "oregonator",
  { x: "77.27*(y + x*(1 - 8.375e-6*x - y))", y: "(z - (1 + x)*y)/77.27", z: "0.161*(x - z)" },
  { x: 1, y: 2, z: 3 },
);
