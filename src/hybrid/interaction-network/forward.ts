import { i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { Lanes } from "./lanes.ts";
import { blockRows, unroll } from "./memory.ts";
import type { InteractionMemory } from "./memory.ts";

/** Runs `body` with a pointer that goes from `from` up to `end` in strides. */
export function march(b: FunctionBuilder, from: Value, end: Value | number, stride: number, body: (pointer: Local) => void): void {
  const pointer = b.local("i32", "pointer", from);
  const last = typeof end === "number" ? i32.const(end) : b.local("i32", "end", end);
  b.loop((label) => {
    b.if(i32.ge(pointer, last), () => b.break(label));
    body(pointer);
    b.set(pointer, i32.add(pointer, stride));
  });
}

/**
 * Writes the functions of Heun's method over a tape of stages (two a step):
 * `begin(tape)` starts at state 0, `advance(tape, steps, stride)` takes steps, each written `stride` bytes after the last.
 *
 * dx/dt = ε tanh(W x + u) - α x; x₁ = x + h f(x); x' = x + h/2 (f(x) + f(x₁)).
 */
export function writeForward(program: ProgramBuilder, lanes: Lanes, memory: InteractionMemory): void {
  const { add, sub, mul } = lanes;
  const vector = lanes.bytes;
  const allNodes = memory.nodes * vector;

  // u + W x of every receiver: a block of rows stays in registers while the senders' states stream by once.
  program.function("drive", { parameters: { stage: "i32" }, exported: false }, (b, { stage }) => {
    if (!stage) return;
    const row = b.local("i32", "row", i32.const(memory.weights));
    const out = b.local("i32", "out", i32.add(stage, memory.driveOffset + memory.firstReceiver * vector));
    march(b, i32.const(memory.input + memory.firstReceiver * vector), memory.input + (memory.firstReceiver + memory.rows) * vector, blockRows * vector, (input) => {
      const sums = Array.from({ length: blockRows }, (_, each) => b.local(lanes.type, `sum${each}`, lanes.load(input, each * vector)));
      const weight = b.local("i32", "weight", row);
      march(b, stage, i32.add(stage, memory.senders * vector), unroll * vector, (state) => {
        for (let column = 0; column < unroll; column++) {
          const x = b.local(lanes.type, "x", lanes.load(state, column * vector));
          sums.forEach((sum, each) => b.set(sum, add(sum, mul(lanes.loadSplat(weight, each * memory.rowBytes + column * lanes.element), x))));
        }
        b.set(weight, i32.add(weight, unroll * lanes.element));
      });
      sums.forEach((sum, each) => b.store(out, sum, each * vector));
      b.set(out, i32.add(out, blockRows * vector));
      b.set(row, i32.add(row, blockRows * memory.rowBytes));
    });
  });

  // A function of its own: beside the block of rows its locals would not fit into registers.
  program.function("squash", { parameters: { stage: "i32" }, exported: false }, (b, { stage }) => {
    if (!stage) return;
    const first = b.local("i32", "first", i32.add(stage, memory.driveOffset + memory.firstReceiver * vector));
    march(b, first, i32.add(first, memory.rows * vector), unroll * vector, (drive) => {
      for (let each = 0; each < unroll; each++) b.store(drive, lanes.tanh(b, lanes.load(drive, each * vector)), each * vector);
    });
  });

  /** Visits every node of a stage: `number` loads its own parameter, `stage` is the address of its state. */
  const eachNode = (b: FunctionBuilder, stage: Local, body: (stage: Local, parameter: (block: number) => Value) => void): void => {
    const element = b.local("i32", "element", i32.const(0));
    march(b, stage, i32.add(stage, allNodes), vector, (state) => {
      body(state, (block) => lanes.loadSplat(element, block));
      b.set(element, i32.add(element, lanes.element));
    });
  };
  const slopeOf = (state: Local, parameter: (block: number) => Value): Value =>
    sub(mul(parameter(memory.activity), lanes.load(state, memory.driveOffset)), mul(parameter(memory.decay), lanes.load(state)));

  program.function("begin", { parameters: { tape: "i32" } }, (b, { tape }) => {
    if (!tape) return;
    march(b, tape, i32.add(tape, allNodes), vector, (state) => b.store(state, lanes.constant(0)));
    const input = b.local("i32", "input", i32.const(memory.input));
    march(b, i32.const(memory.inputTanh), memory.inputTanh + allNodes, vector, (out) => {
      b.store(out, lanes.tanh(b, lanes.load(input)));
      b.set(input, i32.add(input, vector));
    });
  });

  // Nothing acts on an input node, so its drive is the same at every stage.
  program.function("copyInputs", { parameters: { stage: "i32" }, exported: false }, (b, { stage }) => {
    if (!stage) return;
    const from = b.local("i32", "from", i32.const(memory.inputTanh));
    march(b, i32.add(stage, memory.driveOffset), i32.add(stage, memory.driveOffset + memory.firstReceiver * vector), vector, (out) => {
      b.store(out, lanes.load(from));
      b.set(from, i32.add(from, vector));
    });
  });

  program.function("advance", { parameters: { tape: "i32", steps: "i32", stride: "i32" } }, (b, { tape, steps, stride }) => {
    if (!tape || !steps || !stride) return;
    const h = b.local(lanes.type, "h", lanes.loadSplat(memory.step));
    const stage = b.local("i32", "stage", tape);
    const next = b.local("i32", "next");
    b.repeat(steps, () => {
      b.call("copyInputs", stage);
      b.call("drive", stage);
      b.call("squash", stage);
      eachNode(b, stage, (state, parameter) => b.store(state, add(lanes.load(state), mul(h, slopeOf(state, parameter))), memory.stageBytes));
      b.set(stage, i32.add(stage, memory.stageBytes));
      b.call("copyInputs", stage);
      b.call("drive", stage);
      b.call("squash", stage);
      b.set(next, i32.add(stage, i32.sub(stride, memory.stageBytes)));
      // x + h/2 (f(x) + f(x₁)) = (x + x₁ + h f(x₁))/2
      eachNode(b, stage, (state, parameter) => {
        const x = b.local(lanes.type, "x", lanes.load(i32.sub(state, memory.stageBytes)));
        const x1 = b.local(lanes.type, "x1", lanes.load(state));
        b.store(next, mul(0.5, add(add(x, x1), mul(h, slopeOf(state, parameter)))));
        b.set(next, i32.add(next, vector));
      });
      b.set(stage, i32.add(stage, i32.sub(stride, memory.stageBytes)));
    });
  });
}
