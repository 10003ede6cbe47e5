import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import { denseWeight } from "../ode/interpolate.ts";
import { tapeRow } from "../ode/memory.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each, requestedTime } from "./memory.ts";

/** The step being reversed: its row of the tape, start and size. */
export interface ReversedStep {
  readonly row: Local;
  readonly t: Local;
  readonly h: Local;
}

/** Writes how the cotangents of a step's stages go on to the state before it (`lambda`) and to the parameters. */
export interface StepReverser {
  /** Address of what is added to by an output's dependence on the state before its step [nState]. */
  readonly direct: number;
  /** Takes the step's stages as they were, and gives their cotangents first values, to which the step's outputs then add. */
  prepare(b: FunctionBuilder, step: ReversedStep): void;
  /** The same for the stages that only the continuous output takes. */
  prepareExtra(b: FunctionBuilder, step: ReversedStep): void;
  stages(b: FunctionBuilder, step: ReversedStep): void;
  extraStages(b: FunctionBuilder, step: ReversedStep): void;
  /** After the first step of the trajectory has been reversed. */
  finish(b: FunctionBuilder): void;
}

/** Writes `reverse(budget: i32): i32`: reverses up to `budget` rows of the tape, last first; 1 = rows are left. */
export function writeReverse(context: ExtendContext, at: AdjointMemory, reverser: StepReverser): void {
  const { program, memory, method, system } = context;
  const n = system.states.length;
  const { extra } = method.tableau;
  program.function("reverse", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const row = b.local("i32", "row", i32.load(at.row));
    const output = b.local("i32", "output", i32.load(at.output));
    const address = b.local("i32", "address");
    const t = b.local("f64", "t");
    const h = b.local("f64", "h");
    const before = b.local("i32", "before");
    const step: ReversedStep = { row, t, h };
    b.loop((loop) => {
      b.if(i32.le(row, 0), () => b.break(loop));
      b.if(i32.le(budget, 0), () => {
        b.store(at.row, row);
        b.store(at.output, output);
        b.return(i32.const(1));
      });
      b.set(budget, i32.sub(budget, 1));
      b.set(row, i32.sub(row, 1));
      b.set(address, i32.add(i32.load(memory.integer.tapeAddress), i32.mul(row, tapeRow.bytes(n))));
      b.set(t, f64.load(address, tapeRow.time));
      b.set(h, f64.load(address, tapeRow.step));
      each(b, n, (offset) => b.store(offset, f64.load(i32.add(address, offset), tapeRow.state), memory.state));
      reverser.prepare(b, step);
      b.set(before, output);
      if (extra) b.if(isInside(b, context, t, output), () => reverser.prepareExtra(b, step));
      writeOutputCotangents(b, context, at, { ...step, output }, reverser.direct);
      if (extra) b.if(i32.lt(output, before), () => reverser.extraStages(b, step));
      reverser.stages(b, step);
    });
    reverser.finish(b);
    // Outputs at the start itself are the start state.
    b.loop((loop) => {
      b.if(i32.le(output, 0), () => b.break(loop));
      b.set(output, i32.sub(output, 1));
      addOutput(b, n, at, output, at.lambda);
    });
    b.store(at.row, row);
    b.store(at.output, output);
    b.return(i32.const(0));
  });
}

/** What a tableau's weights are multiplied with: h where stages are rates. */
export const stageUnit = ({ method }: ExtendContext) => (h: Value, weight: Value): Value => (method.tableau.stageUnit === "rate" ? f64.mul(h, weight) : weight);

/** Whether the last output still to be reversed is inside the step that starts at t. */
function isInside(b: FunctionBuilder, context: ExtendContext, t: Value, output: Value): Value {
  const inside = b.local("i32", "inside", i32.const(0));
  b.if(i32.gt(output, 0), () => b.set(inside, f64.gt(requestedTime(context.memory.integer, output), t)));
  return inside;
}

/** Adds what every output inside the step (t, t + h] says about the step's start and its stages. */
function writeOutputCotangents(b: FunctionBuilder, context: ExtendContext, at: AdjointMemory, step: ReversedStep & { readonly output: Local }, direct: number): void {
  const { method, system } = context;
  const n = system.states.length;
  const inUnits = stageUnit(context);
  const time = b.local("f64", "requested");
  const theta = b.local("f64", "theta");
  b.loop((loop) => {
    b.if(i32.le(step.output, 0), () => b.break(loop));
    b.set(time, requestedTime(context.memory.integer, step.output));
    b.if(f64.le(time, step.t), () => b.break(loop));
    b.set(step.output, i32.sub(step.output, 1));
    b.set(theta, f64.div(f64.sub(time, step.t), step.h));
    const source = b.local("i32", "source", i32.add(i32.load(at.cotangents), i32.mul(step.output, 8 * n)));
    method.tableau.dense.forEach((coefficients, index) => {
      const polynomial = denseWeight(coefficients, theta);
      if (!polynomial) return;
      const weight = b.local("f64", "weight", inUnits(step.h, polynomial));
      each(b, n, (offset) => addTo(b, offset, at.stageCotangents + 8 * n * index, f64.mul(weight, f64.load(i32.add(source, offset)))));
    });
    addOutput(b, n, at, step.output, direct);
  });
}

function addOutput(b: FunctionBuilder, n: number, at: AdjointMemory, output: Value, target: number): void {
  const source = b.local("i32", "source", i32.add(i32.load(at.cotangents), i32.mul(output, 8 * n)));
  each(b, n, (offset) => addTo(b, offset, target, f64.load(i32.add(source, offset))));
}
