import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import { stageAddresses } from "../ode/interpolate.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each } from "./memory.ts";
import type { StepReverser } from "./sweep.ts";
import { writeVectorJacobian } from "./vector-jacobian.ts";

/**
 * The reverse of an explicit Runge-Kutta step: stage by stage, last first.
 *
 * @source Hager 2000, doi:10.1007/s002110000178
 */
export function explicitReverser(context: ExtendContext, at: AdjointMemory, wrt: readonly string[]): StepReverser {
  const { memory, method, system } = context;
  const n = system.states.length;
  const { nodes, a, extra } = method.tableau;
  const addresses = stageAddresses(method.tableau, memory);
  const stageCotangent = (index: number): number => at.stageCotangents + 8 * n * index;
  writeVectorJacobian(context, at, wrt, "pull", system.rhs, at.stageState);

  const reverseStage = (b: FunctionBuilder, t: Value, h: Value, index: number, node: number, coefficients: readonly number[]): void => {
    each(b, n, (offset) => {
      let sum: Value = f64.load(offset, memory.state);
      coefficients.forEach((weight, earlier) => {
        if (weight !== 0) sum = f64.add(sum, f64.mul(f64.mul(h, weight), f64.load(offset, addresses[earlier] ?? 0)));
      });
      b.store(offset, sum, at.stageState);
    });
    b.call("pull", f64.add(t, f64.mul(h, node)), i32.const(stageCotangent(index)));
    each(b, n, (offset) => {
      const pulled = b.local("f64", "pulled", f64.load(offset, at.pulled));
      addTo(b, offset, at.lambda, pulled);
      coefficients.forEach((weight, earlier) => {
        if (weight !== 0) addTo(b, offset, stageCotangent(earlier), f64.mul(f64.mul(h, weight), pulled));
      });
    });
  };
  return {
    stages: (b, { t, h }) => {
      for (let index = nodes.length - 1; index >= 0; index--) reverseStage(b, t, h, index, nodes[index] ?? 0, a[index] ?? []);
    },
    extraStages: (b, { t, h }) => {
      for (let index = (extra?.nodes.length ?? 0) - 1; index >= 0; index--) reverseStage(b, t, h, nodes.length + index, extra?.nodes[index] ?? 0, extra?.a[index] ?? []);
    },
  };
}
