import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import { jacobianOf } from "../ode/jacobian.ts";
import type { RosenbrockCoefficients } from "../ode/method.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each } from "./memory.ts";
import { stepRecord } from "./step-record.ts";
import { type StepReverser, stageUnit } from "./sweep.ts";
import { transposedLinear } from "./transposed-linear.ts";
import { writeVectorJacobian } from "./vector-jacobian.ts";

/**
 * The reverse of a Rosenbrock step (1/(γh) - J) U_i = f(t_i, y + Σ a_ij U_j) + Σ c_ij U_j / h + γ_i h ∂f/∂t, in which J and
 * ∂f/∂t depend on the state before the step and on the parameters too: with V_i = (1/(γh) - Jᵀ)⁻¹ ∂L/∂U_i, they receive
 * the gradient of Σ_i V_iᵀ (J U_i + γ_i h ∂f/∂t), which one reverse pass over all entries of J gives.
 *
 * @source Daescu, Carmichael & Sandu 2000, doi:10.1006/jcph.2000.6622, section 3 (discrete adjoint of a Rosenbrock step)
 */
export function rosenbrockReverser(context: ExtendContext, at: AdjointMemory, wrt: readonly string[], coefficients: RosenbrockCoefficients): StepReverser {
  const { layout, memory, method, program, system } = context;
  const n = system.states.length;
  const { nodes, a } = method.tableau;
  const jacobian = jacobianOf(system);
  const drift = jacobian.timeDerivative ?? [];
  const stage = (index: number): number => memory.stages + 8 * n * index;
  const stageCotangent = (index: number): number => at.stageCotangents + 8 * n * index;
  /** ∂L/∂ of J's entries and then of ∂f/∂t. */
  const slopes = [...jacobian.entries.map(({ expression }) => expression), ...drift];
  const slopeCotangents = layout.f64(Math.max(1, slopes.length));
  const driftCotangents = slopeCotangents + 8 * jacobian.entries.length;
  const [stageState, pulledStage] = [layout.f64(n), layout.f64(n)];

  writeVectorJacobian(context, at, wrt, "pull", system.rhs);
  writeVectorJacobian(context, at, wrt, "pullSlopes", slopes);
  program.function("gatherSlopes", { parameters: { left: "i32", right: "i32" }, exported: false }, (b, { left, right }) => {
    if (!left || !right) return;
    jacobian.entries.forEach(({ row, column }, index) => {
      const address = slopeCotangents + 8 * index;
      b.store(address, f64.add(f64.load(address), f64.mul(f64.load(left, 8 * row), f64.load(right, 8 * column))));
    });
  });
  const transposedAt = transposedLinear(context, jacobian);
  const record = stepRecord(context);

  const reverseStage = (b: FunctionBuilder, t: Value, h: Value, inverse: Value, index: number): void => {
    const row = a[index] ?? [];
    const own = stageCotangent(index);
    each(b, n, (offset) => {
      let sum: Value = f64.load(offset, memory.state);
      row.forEach((weight, earlier) => {
        if (weight !== 0) sum = f64.add(sum, f64.mul(weight, f64.load(offset, stage(earlier))));
      });
      b.store(offset, sum, stageState);
    });
    b.call("pull", f64.add(t, f64.mul(h, nodes[index] ?? 0)), i32.const(stageState), i32.const(0), i32.const(own), i32.const(pulledStage));
    const push = coefficients.timeWeights[index] ?? 0;
    each(b, n, (offset) => {
      const pulled = b.local("f64", "pulled", f64.load(offset, pulledStage));
      const solved = b.local("f64", "solved", f64.load(offset, own));
      addTo(b, offset, at.lambda, pulled);
      for (let earlier = 0; earlier < index; earlier++) {
        const [weight, coupling] = [row[earlier] ?? 0, coefficients.coupling[index]?.[earlier] ?? 0];
        if (weight !== 0) addTo(b, offset, stageCotangent(earlier), f64.mul(weight, pulled));
        if (coupling !== 0) addTo(b, offset, stageCotangent(earlier), f64.mul(inverse, f64.mul(coupling, solved)));
      }
      if (drift.length > 0 && push !== 0) addTo(b, offset, driftCotangents, f64.mul(f64.mul(push, h), solved));
    });
    b.call("gatherSlopes", i32.const(own), i32.const(stage(index)));
  };
  const inUnits = stageUnit(context);
  return {
    direct: at.lambda,
    prepare(b, { row, t, h }) {
      record.restore(b, { row, t, h });
      method.tableau.weights.forEach((weight, index) => {
        each(b, n, (offset) => b.store(offset, weight === 0 ? f64.const(0) : f64.mul(inUnits(h, f64.const(weight)), f64.load(offset, at.lambda)), stageCotangent(index)));
      });
    },
    stages(b, { t, h }) {
      const inverse = b.local("f64", "inverseStep", f64.div(1, h));
      const transposed = transposedAt(b, t, memory.state);
      transposed.factor(f64.mul(inverse, 1 / coefficients.gamma));
      each(b, slopes.length, (offset) => b.store(offset, f64.const(0), slopeCotangents));
      for (let index = nodes.length - 1; index >= 0; index--) {
        transposed.solve({ kind: "memory", address: stageCotangent(index) });
        reverseStage(b, t, h, inverse, index);
      }
      b.call("pullSlopes", t, i32.const(memory.state), i32.const(0), i32.const(slopeCotangents), i32.const(pulledStage));
      each(b, n, (offset) => addTo(b, offset, at.lambda, f64.load(offset, pulledStage)));
    },
    prepareExtra: () => {},
    extraStages: () => {},
    finish: () => {},
  };
}
