import { type FunctionBuilder, f64, f64x2, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { vectorJacobian } from "../../kernel/reverse.ts";
import type { ExtendContext } from "../compile.ts";
import { stepsInLocals } from "../ode/attempt.ts";
import { type KeptNodes, keptNodes, writeRatesKeeping } from "./kept.ts";

/** Stages of the latest steps: per row of the tape and stage a slot, with its state [nState] and the kept nodes of its rates [nKept]. */
export interface StageRecord {
  readonly kept: KeptNodes;
  /** Address of a slot; extra stages have theirs after the step's. Rows that are not recorded share one set of slots. */
  slot(row: Value, stage: number): Value;
  /** i32: whether the slots of a row were filled as its step was taken. */
  has(row: Value): Value;
}

/** Rows that are recorded at most, and bytes that they may take together. */
const mostRows = 1024;
const mostBytes = 2 ** 22;

/**
 * Lays out a record and writes what fills it: `rhs`, which fills the slot of the stage whose rates it is asked for, and
 * `takeStage(target: i32, time: f64, state: i32, slot: i32)`, rates and slot at a given place. A step that never calls `rhs`
 * is not recorded, nor is one of which a stage is asked for in another row (`isComplete` false).
 */
export function stageRecord(context: ExtendContext, wrt: readonly string[], isComplete: boolean): StageRecord {
  const { layout, memory, method, program, system } = context;
  const n = system.states.length;
  const { nodes, extra } = method.tableau;
  const cotangents = system.rhs.map((_, index) => system.graph.symbol(`cotangent:${index}`));
  const kept = keptNodes(context, system.rhs, vectorJacobian(system.graph, system.rhs, cotangents, [...system.states, ...wrt]));
  writeRatesKeeping(context, kept);

  const isRecorded = isComplete && !stepsInLocals(system, method);
  // Slots begin at multiples of 16 bytes.
  const slotBytes = 16 * Math.ceil((n + kept.nodes.length) / 2);
  const rowBytes = slotBytes * (nodes.length + (extra?.nodes.length ?? 0));
  const rows = 2 ** Math.max(1, Math.floor(Math.log2(Math.min(mostRows, mostBytes / rowBytes))));
  const ring = isRecorded ? layout.f64((rows * rowBytes) / 8) : 0;
  const ringRow = (row: Value): Value => i32.add(i32.mul(i32.and(row, i32.const(rows - 1)), rowBytes), ring);
  const has = (row: Value): Value => i32.ge(row, i32.sub(i32.load(memory.integer.tapeCount), rows));
  // Not in the ring: a second sweep finds the record as the first did.
  const again = layout.f64(rowBytes / 8);
  const rowAddress = (row: Value): Value => (isRecorded ? i32.select(has(row), ringRow(row), again) : i32.const(again));
  const elsewhere = layout.f64(slotBytes / 8);

  program.function("takeStage", { parameters: { target: "i32", time: "f64", state: "i32", slot: "i32" } }, (b, { target, time, state, slot }) => {
    if (!target || !time || !state || !slot) return;
    copyState(b, n, state, slot);
    b.call("ratesKeeping", target, time, state, i32.add(slot, 8 * n));
  });
  program.function("rhs", { parameters: { target: "i32", time: "f64", state: "i32" } }, (b, { target, time, state }) => {
    if (!target || !time || !state) return;
    const slot = b.local("i32", "slot", i32.const(elsewhere));
    if (isRecorded) {
      const stage = b.local("i32", "stage", i32.div(i32.sub(target, memory.stages), 8 * Math.max(1, n)));
      b.if(i32.and(i32.ge(target, memory.stages), i32.lt(stage, nodes.length)), () => b.set(slot, i32.add(ringRow(i32.load(memory.integer.tapeCount)), i32.mul(stage, slotBytes))));
    }
    b.call("takeStage", target, time, state, slot);
  });
  return {
    kept,
    slot: (row, stage) => i32.add(rowAddress(row), stage * slotBytes),
    has: (row) => (isRecorded ? has(row) : i32.const(0)),
  };
}

/** Copies of up to this many states are written out. */
const UNROLL = 16;

function copyState(b: FunctionBuilder, n: number, from: Local, to: Local): void {
  const pairs = n >> 1;
  if (n <= UNROLL) for (let pair = 0; pair < pairs; pair++) b.store(to, f64x2.load(from, 16 * pair), 16 * pair);
  else {
    b.repeat(pairs, (pair) => {
      const offset = i32.shl(pair, 4);
      b.store(i32.add(to, offset), f64x2.load(i32.add(from, offset)));
    });
  }
  if (n % 2 === 1) b.store(to, f64.load(from, 8 * (n - 1)), 8 * (n - 1));
}
