import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { ProgramFunction, Value } from "../../kernel/program.ts";
import { rewriteValues } from "../../kernel/rewrite-values.ts";
import { extraMemory } from "../ode/interpolate.ts";
import { copyParameters, laneWords, row } from "./lane-words.ts";
import type { LaneScene } from "./loop.ts";
import type { LaneMemory } from "./memory.ts";
import { laneTransfer } from "./transfer.ts";

/** Name of the function that interpolates in the step of a lane. */
const interpolateIn = (lane: number): string => `interpolate in lane ${lane}`;

/**
 * `interpolate` for each lane: the same function, which reads the state and the stages where they stand in the lanes' memory
 * instead of in the scalar one, so that nothing has to be copied there first.
 *
 * @param interpolate all numbers that it reads stand in the lanes' memory, and all that it writes elsewhere
 */
export function laneInterpolations(interpolate: ProgramFunction, { width, element, origin }: LaneMemory): ProgramFunction[] {
  return Array.from({ length: width }, (_, lane): ProgramFunction => {
    const inLane = (value: Value): Value => {
      if (value.kind !== "load" || value.type !== "f64") return value;
      const offset = origin + 2 * value.offset + lane * element;
      const [address, at] = value.address.kind === "constant" ? [i32.const(2 * value.address.value + offset), 0] : [i32.shl(value.address, 1), offset];
      return element === 4 ? f64.loadSingle(address, at) : f64.load(address, at);
    };
    return { ...interpolate, name: interpolateIn(lane), exported: false, body: rewriteValues(interpolate.body, inLane) };
  });
}

/** Writes `writeOutputs(lane: i32, t: f64, h: f64, end: f64)`: the requested times inside (t, end] of the step just attempted. */
export function writeOutputs(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, method } = scene;
  const { block } = memory;
  const size = scalar.stateCount;
  program.function("writeOutputs", { parameters: { lane: "i32", t: "f64", h: "f64", end: "f64" }, exported: false }, (b, { lane, t, h, end }) => {
    if (!lane || !t || !h || !end) return;
    const words = laneWords(b, memory, lane);
    const run = b.local("i32", "run", words.get("run"));
    // Stages that only the output needs are taken by the code of a single run, in its memory.
    if (method.tableau.extra) {
      const transfer = laneTransfer(b, memory, lane);
      transfer.gather(scalar.state, size);
      transfer.gather(scalar.stages, size * method.tableau.nodes.length);
      copyParameters(b, scene, run);
      b.store(scalar.vector(extraMemory.time), t);
      b.store(scalar.vector(extraMemory.taken), f64.const(0));
    }
    const reached = b.local("i32", "reached", words.get("reached"));
    const count = b.local("i32", "count", i32.load(block.timeCount));
    const output = b.local("i32", "output", row(block.outputsAddress, i32.add(i32.mul(run, count), reached), 8 * size));
    const time = b.local("f64", "time");
    const theta = b.local("f64", "theta");
    b.loop((loop) => {
      b.if(i32.ge(reached, count), () => b.break(loop));
      b.set(time, f64.load(row(block.timesAddress, reached, 8)));
      const isLater = f64.gt(time, end);
      // Where events are due the state is written once they have happened.
      b.if(scene.hasEvents ? i32.or(isLater, i32.and(words.get("cut"), f64.eq(time, end))) : isLater, () => b.break(loop));
      b.set(theta, f64.div(f64.sub(time, t), h));
      if (method.tableau.extra) b.call("interpolate", output, theta, h);
      else for (let index = 0; index < memory.width; index++) b.if(i32.eq(lane, index), () => b.call(interpolateIn(index), output, theta, h));
      b.set(output, i32.add(output, 8 * size));
      b.set(reached, i32.add(reached, 1));
    });
    words.set("reached", reached);
  });
}
