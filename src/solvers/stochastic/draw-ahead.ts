import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { constantAt, decidedLayer, eventDraws, layerOf, wholeOf } from "./draws.ts";
import type { DrawMemory, EventDraws } from "./draws.ts";
import { attendFrom } from "./event-loop.ts";

/**
 * A wait and a uniform number drawn one event ahead, so that no branch has to wait for a block. Nothing is called: where the ziggurat's
 * quick test fails, the wait is open, and the loop leaves to have it settled.
 */
export interface AheadDraws {
  /** Exponential with mean 1. */
  readonly wait: Local;
  /** Uniform in [0, 1); out of one block, the middle of the cell in which it lies. */
  readonly uniform: Local;
  /** i32: whether the wait must be settled before it is used, once in ninety. */
  isOpen(): Value;
  /** Writes the next event's draws; they take effect with `turn`. */
  next(): void;
  turn(): void;
  /** Uses the next draws where they are not turned to. V8 computes what only one side of a branch uses on that side; thus they are ready before it. */
  keep(): void;
  save(): void;
}

/** Draws out of one block an event: a wait on a lattice of 2^-36 of a layer's width, and a cell for the uniform. */
export interface CellDraws extends AheadDraws {
  /** Half the width of the uniform's cell; 0 where it has been refined. */
  readonly half: Local;
  /** i32: how many events may be drawn for before everything is saved and loaded again. */
  most(): Value;
}

/** Half a cell of the 20 bits that one block leaves for the uniform, and the block's other 44 bits: position and layer. */
const halfCell = 2 ** -21;

/** Codes with which a loop leaves when its wait is open, and when the uniform's cell holds a border; and what follows. */
export const aheadCode = { open: attendFrom, border: attendFrom + 1 } as const;
export const attendOpen = { [aheadCode.open]: "settle wait" } as const;
export const attendCells = { ...attendOpen, [aheadCode.border]: "refine uniform" } as const;

/** Byte offsets in `DrawMemory.ahead`. */
const at = { wait: 0, uniform: 8, half: 16, layer: 24, keptWait: 32, keptUniform: 40 } as const;

/**
 * Writes `draw first()`, which puts a run's first draws into memory, and what loops call once they have left: `settle wait()`, which decides
 * an open wait from further blocks, and `refine uniform()`, which draws the uniform again within its cell, to 53 bits, and makes the wait 0:
 * for a cell that holds the border of two channels.
 */
export function writeAheadDraws(program: ProgramBuilder, memory: DrawMemory, starter: typeof drawCells | typeof drawPairs): void {
  const { ahead } = memory;
  program.function("draw first", {}, (b) => {
    const draws = eventDraws(b, memory);
    const first = starter(b, draws, memory);
    first.next();
    first.turn();
    first.save();
    draws.save();
    b.store(ahead, constantAt(memory, halfCell), at.half);
  });
  const decided = (b: FunctionBuilder): void => b.store(ahead, i32.const(decidedLayer), at.layer);
  program.function("settle wait", { exported: false }, (b) => {
    b.store(ahead, f64.call("exponential beyond", i32.load(ahead, at.layer), f64.load(ahead, at.wait)), at.wait);
    decided(b);
  });
  program.function("refine uniform", { exported: false }, (b) => {
    const cell = b.local("f64", "cell", f64.floor(f64.mul(f64.load(ahead, at.uniform), 2 ** 20)));
    b.store(ahead, f64.mul(f64.add(cell, f64.call("uniform")), 2 ** -20), at.uniform);
    b.store(ahead, f64.const(0), at.half);
    b.store(ahead, f64.const(0), at.wait);
    decided(b);
  });
}

/** Starts drawing ahead in a function; `draw` writes how a block becomes a wait (with its layer) and a uniform. */
function drawAhead(b: FunctionBuilder, { ahead }: DrawMemory, table: number, draw: (set: { readonly wait: Local; readonly layer: Local; readonly uniform: Local }) => void): AheadDraws {
  const wait = b.local("f64", "wait", f64.load(ahead, at.wait));
  const uniform = b.local("f64", "uniform", f64.load(ahead, at.uniform));
  const layer = b.local("i32", "layer", i32.load(ahead, at.layer));
  const next = { wait: b.local("f64", "next wait"), layer: b.local("i32", "next layer"), uniform: b.local("f64", "next uniform") };
  return {
    wait,
    uniform,
    isOpen: () => f64.ge(wait, f64.load(layer, table + 8)),
    next: () => draw(next),
    turn() {
      b.set(wait, next.wait);
      b.set(layer, next.layer);
      b.set(uniform, next.uniform);
    },
    keep() {
      b.store(ahead, next.wait, at.keptWait);
      b.store(ahead, next.uniform, at.keptUniform);
    },
    save() {
      b.store(ahead, wait, at.wait);
      b.store(ahead, uniform, at.uniform);
      b.store(ahead, layer, at.layer);
    },
  };
}

/** Starts drawing ahead in a function, two blocks an event: wait and uniform of 53 bits each. */
export function drawPairs(b: FunctionBuilder, draws: EventDraws, memory: DrawMemory): AheadDraws {
  return drawAhead(b, memory, memory.layers, (next) => {
    const words = draws.block();
    b.set(next.layer, layerOf(words));
    b.set(next.wait, f64.mul(f64.add(wholeOf(words), 0.5), f64.load(next.layer, memory.layers)));
    b.set(next.uniform, draws.uniform(draws.block()));
  });
}

/** Starts drawing ahead in a function, one block an event for both the wait and the choice. */
export function drawCells(b: FunctionBuilder, draws: EventDraws, memory: DrawMemory): CellDraws {
  const half = b.local("f64", "half", f64.load(memory.ahead, at.half));
  b.store(memory.ahead, constantAt(memory, halfCell), at.half);
  const few = draws.few();
  const ahead = drawAhead(b, memory, memory.cells, (next) => {
    const words = draws.blockOfFew();
    b.set(next.layer, layerOf(words));
    // Odd numbers are the middles of cells: 36 bits of place and one below, 20 bits of the uniform and one below.
    const low = i32.or(i32.and(i32.shl(words.second, 1), 2 ** 13 - 1), 1);
    const place = f64.add(f64.mul(f64.fromI32(i32.shru(words.first, 8)), constantAt(memory, 2 ** 13)), f64.fromI32(low));
    b.set(next.wait, f64.mul(place, f64.load(next.layer, memory.cells)));
    b.set(next.uniform, f64.mul(f64.fromI32(i32.or(i32.shru(words.second, 11), 1)), constantAt(memory, halfCell)));
  });
  return {
    ...ahead,
    half,
    most: () => i32.select(f64.eq(half, 0), i32.const(1), few),
  };
}
