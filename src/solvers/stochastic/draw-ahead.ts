import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local } from "../../kernel/program.ts";
import { eventDraws, layerOf } from "./draws.ts";
import type { DrawMemory, EventDraws } from "./draws.ts";

/** A wait and a uniform number drawn one event ahead, so that no branch has to wait for a block. */
export interface AheadDraws {
  /** Exponential with mean 1. */
  readonly wait: Local;
  /** Uniform in [0, 1); out of one block, the middle of the cell in which it lies. */
  readonly uniform: Local;
  /** Writes the next event's draws; they take effect with `turn`. */
  next(): void;
  turn(): void;
  save(): void;
}

/** Draws out of one block an event: a wait on a lattice of 2^-36 of a layer's width, and a cell for the uniform. */
export interface CellDraws extends AheadDraws {
  /** Half the width of the uniform's cell. */
  readonly half: Local;
  /** Draws the uniform again within its cell, to 53 bits, and makes the next wait 0: for a cell that holds the border of two channels. */
  refine(): void;
}

/** Half a cell of the 20 bits that one block leaves for the uniform, and the block's other 44 bits: position and layer. */
const halfCell = 2 ** -21;

/** Writes `draw first()`, which puts a run's first draws into memory. */
export function writeFirstDraw(program: ProgramBuilder, memory: DrawMemory, starter: typeof drawCells | typeof drawPairs): void {
  program.function("draw first", {}, (b) => {
    const draws = eventDraws(b, memory);
    const ahead = starter(b, draws, memory);
    ahead.next();
    ahead.turn();
    ahead.save();
    draws.save();
  });
}

/** Starts drawing ahead in a function, two blocks an event: wait and uniform of 53 bits each. */
export function drawPairs(b: FunctionBuilder, draws: EventDraws, { ahead }: DrawMemory): AheadDraws {
  const wait = b.local("f64", "wait", f64.load(ahead));
  const uniform = b.local("f64", "uniform", f64.load(ahead, 8));
  const nextUniform = b.local("f64", "next uniform");
  const nextWait = b.local("f64", "next wait");
  return {
    wait,
    uniform,
    next() {
      const forWait = draws.block();
      b.set(nextUniform, draws.uniform(draws.block()));
      b.set(nextWait, draws.exponential(forWait));
    },
    turn() {
      b.set(wait, nextWait);
      b.set(uniform, nextUniform);
    },
    save() {
      b.store(ahead, wait);
      b.store(ahead, uniform, 8);
    },
  };
}

/** Starts drawing ahead in a function, one block an event for both the wait and the choice. */
export function drawCells(b: FunctionBuilder, draws: EventDraws, { ahead, cells }: DrawMemory): CellDraws {
  const wait = b.local("f64", "wait", f64.load(ahead));
  const uniform = b.local("f64", "uniform", f64.load(ahead, 8));
  const half = b.local("f64", "half", f64.load(ahead, 16));
  const nextWait = b.local("f64", "next wait");
  const nextUniform = b.local("f64", "next uniform");
  return {
    wait,
    uniform,
    half,
    next() {
      const words = draws.block();
      const layer = b.local("i32", "layer", layerOf(words));
      // Odd numbers are the middles of cells: 36 bits of place and one below, 20 bits of the uniform and one below.
      const low = i32.or(i32.and(i32.shl(words.second, 1), 2 ** 13 - 1), 1);
      const place = f64.add(f64.mul(f64.fromI32(i32.shru(words.first, 8)), 2 ** 13), f64.fromI32(low));
      b.set(nextWait, f64.mul(place, f64.load(layer, cells)));
      draws.decide(layer, nextWait);
      b.set(nextUniform, f64.mul(f64.fromI32(i32.or(i32.shru(words.second, 11), 1)), halfCell));
    },
    turn() {
      b.set(wait, nextWait);
      b.set(uniform, nextUniform);
      b.set(half, halfCell);
    },
    refine() {
      const within = b.local("f64", "within");
      draws.rare("uniform", within);
      const cell = f64.floor(f64.mul(uniform, 2 ** 20));
      b.set(uniform, f64.mul(f64.add(cell, within), 2 ** -20));
      b.set(half, 0);
      b.set(wait, 0);
    },
    save() {
      b.store(ahead, wait);
      b.store(ahead, uniform, 8);
      b.store(ahead, half, 16);
    },
  };
}

