import { f64, i32 } from "../../kernel/builder.ts";
import type { ProgramBuilder } from "../../kernel/builder.ts";
import { march } from "./forward.ts";
import type { Lanes } from "./lanes.ts";
import { tile } from "./memory.ts";
import type { InteractionMemory } from "./memory.ts";

/**
 * Writes `outer(tape, end)`: adds Σ g xᵀ over the tape's stages and lanes to the weights' gradient.
 *
 * One matrix product over all stages at once instead of one rank-1 update a stage: a tile of the gradient stays in registers
 * while the tape streams by, and is added to memory in f64 once.
 */
export function writeOuterProduct(program: ProgramBuilder, lanes: Lanes, memory: InteractionMemory): void {
  const vector = lanes.bytes;
  program.function("outer", { parameters: { tape: "i32", end: "i32" } }, (b, { tape, end }) => {
    if (!tape || !end) return;
    const receivers = memory.driveOffset + memory.firstReceiver * vector;
    const stop = b.local("i32", "stop");
    const out = b.local("i32", "out");
    const outRow = b.local("i32", "outRow", i32.const(memory.weightGradient));
    march(b, i32.const(receivers), receivers + memory.rows * vector, tile * vector, (row) => {
      b.set(out, outRow);
      march(b, i32.const(0), memory.senders * vector, tile * vector, (column) => {
        const sums = Array.from({ length: tile * tile }, (_, each) => b.local(lanes.type, `sum${each}`, lanes.constant(0)));
        const toColumn = b.local("i32", "toColumn", i32.sub(column, row));
        b.set(stop, i32.add(end, row));
        march(b, i32.add(tape, row), stop, memory.stageBytes, (drive) => {
          const state = b.local("i32", "state", i32.add(drive, toColumn));
          const x = Array.from({ length: tile }, (_, each) => b.local(lanes.type, `x${each}`, lanes.load(state, each * vector)));
          for (let i = 0; i < tile; i++) {
            const g = b.local(lanes.type, "g", lanes.load(drive, i * vector));
            x.forEach((each, j) => {
              const sum = sums[i * tile + j];
              if (sum) b.set(sum, lanes.add(sum, lanes.mul(g, each)));
            });
          }
        });
        sums.forEach((sum, each) => {
          const offset = Math.floor(each / tile) * memory.gradientRowBytes + (each % tile) * 8;
          b.store(out, f64.add(f64.load(out, offset), lanes.sum(sum)), offset);
        });
        b.set(out, i32.add(out, tile * 8));
      });
      b.set(outRow, i32.add(outRow, tile * memory.gradientRowBytes));
    });
  });
}
