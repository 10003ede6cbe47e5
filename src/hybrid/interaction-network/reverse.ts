import { i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { march } from "./forward.ts";
import type { Lanes } from "./lanes.ts";
import { blockRows, unroll } from "./memory.ts";
import type { InteractionMemory } from "./memory.ts";

/**
 * Writes `retreat(tape, steps)`: the exact transpose of `advance` over the last `steps` steps that end at `tape`.
 * The adjoint of the state stands in `adjoint`; where the tape held tanh a, the adjoint of a is left for `outer`.
 */
export function writeReverse(program: ProgramBuilder, lanes: Lanes, memory: InteractionMemory): void {
  const { add, sub, mul } = lanes;
  const vector = lanes.bytes;

  // Wᵀ g: a block of columns stays in registers while the rows stream by once.
  program.function("pull", { parameters: { stage: "i32" }, exported: false }, (b, { stage }) => {
    if (!stage) return;
    const first = b.local("i32", "first", i32.add(stage, memory.driveOffset + memory.firstReceiver * vector));
    const column = b.local("i32", "column", i32.const(memory.weights));
    march(b, i32.const(memory.pulled), memory.pulled + memory.senders * vector, blockRows * vector, (out) => {
      const sums = Array.from({ length: blockRows }, (_, each) => b.local(lanes.type, `sum${each}`, lanes.constant(0)));
      const weight = b.local("i32", "weight", column);
      march(b, first, i32.add(first, memory.rows * vector), unroll * vector, (drive) => {
        for (let row = 0; row < unroll; row++) {
          const g = b.local(lanes.type, "g", lanes.load(drive, row * vector));
          sums.forEach((sum, each) => b.set(sum, add(sum, mul(lanes.loadSplat(weight, row * memory.rowBytes + each * lanes.element), g))));
        }
        b.set(weight, i32.add(weight, unroll * memory.rowBytes));
      });
      sums.forEach((sum, each) => b.store(out, sum, each * vector));
      b.set(column, i32.add(column, blockRows * lanes.element));
    });
  });

  /** Visits every node: `at(block)` is its vector's address in a block, `parameter(block)` its own number. */
  const eachNode = (b: FunctionBuilder, body: (load: (block: number) => Value, store: (block: number, value: Value) => void, offset: Local, parameter: (block: number) => Value) => void): void => {
    const element = b.local("i32", "element", i32.const(0));
    march(b, i32.const(0), memory.nodes * vector, vector, (offset) => {
      body((block) => lanes.load(offset, block), (block, value) => b.store(offset, value, block), offset, (block) => lanes.loadSplat(element, block));
      b.set(element, i32.add(element, lanes.element));
    });
  };

  program.function("retreat", { parameters: { tape: "i32", steps: "i32" } }, (b, { tape, steps }) => {
    if (!tape || !steps) return;
    const h = b.local(lanes.type, "h", lanes.loadSplat(memory.step));
    const half = b.local(lanes.type, "half", mul(0.5, h));
    const stage = b.local("i32", "stage", tape);
    /** With the adjoint of a slope f = ε tanh a - α x: gradients of ε and α, and the adjoint of a in place of tanh a. */
    const back = (offset: Local, slope: Local, load: (block: number) => Value, store: (block: number, value: Value) => void, parameter: (block: number) => Value): void => {
      const state = b.local("i32", "state", i32.add(stage, offset));
      const tanh = b.local(lanes.type, "tanh", lanes.load(state, memory.driveOffset));
      store(memory.activityGradient, add(load(memory.activityGradient), mul(slope, tanh)));
      store(memory.decayGradient, sub(load(memory.decayGradient), mul(slope, lanes.load(state))));
      b.store(state, mul(mul(slope, parameter(memory.activity)), sub(1, mul(tanh, tanh))), memory.driveOffset);
    };
    b.repeat(steps, () => {
      b.set(stage, i32.sub(stage, memory.stageBytes));
      eachNode(b, (load, store, offset, parameter) => {
        const slope = b.local(lanes.type, "slope", mul(half, load(memory.adjoint)));
        store(memory.slope, slope);
        back(offset, slope, load, store, parameter);
      });
      b.call("pull", stage);
      b.set(stage, i32.sub(stage, memory.stageBytes));
      eachNode(b, (load, store, offset, parameter) => {
        const later = b.local(lanes.type, "later", load(memory.slope));
        const predicted = b.local(lanes.type, "predicted", sub(load(memory.pulled), mul(parameter(memory.decay), later)));
        store(memory.adjoint, add(load(memory.adjoint), predicted));
        const slope = b.local(lanes.type, "slope", add(later, mul(h, predicted)));
        store(memory.slope, slope);
        back(offset, slope, load, store, parameter);
      });
      b.call("pull", stage);
      eachNode(b, (load, store, _offset, parameter) => {
        store(memory.adjoint, add(load(memory.adjoint), sub(load(memory.pulled), mul(parameter(memory.decay), load(memory.slope)))));
      });
    });
  });
}
