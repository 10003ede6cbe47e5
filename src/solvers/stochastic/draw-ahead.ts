import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local } from "../../kernel/program.ts";
import { eventDraws, layerOf } from "./draws.ts";
import type { DrawMemory, EventDraws } from "./draws.ts";

/** What the direct method draws one event ahead, so that no branch has to wait for a block. */
export interface AheadDraws {
  /** Exponential with mean 1, on a lattice of 2^-36 of a layer's width. */
  readonly wait: Local;
  /** Middle of the cell of [0, 1) in which the uniform lies, and half that cell's width. */
  readonly uniform: Local;
  readonly half: Local;
  /** Writes the next event's draws; they take effect with `turn`. */
  next(): void;
  turn(): void;
  /** Draws the uniform again within its cell, to 53 bits, and makes the next wait 0: for a cell that holds the border of two channels. */
  refine(): void;
  save(): void;
}

/** Half a cell of the 20 bits that one block leaves for the uniform, and the block's other 44 bits: position and layer. */
const halfCell = 2 ** -21;

/** Writes `start()`, which puts a run's first draws into memory. */
export function writeFirstDraw(program: ProgramBuilder, memory: DrawMemory): void {
  program.function("start", {}, (b) => {
    const draws = eventDraws(b, memory);
    const ahead = drawAhead(b, draws, memory);
    ahead.next();
    ahead.turn();
    ahead.save();
    draws.save();
  });
}

/** Starts drawing ahead in a function: one block an event, for both the wait and the choice. */
export function drawAhead(b: FunctionBuilder, draws: EventDraws, { ahead, layers }: DrawMemory): AheadDraws {
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
      const place = f64.add(f64.mul(f64.fromI32(i32.shru(words.first, 8)), 2 ** 12), f64.fromI32(i32.and(words.second, 2 ** 12 - 1)));
      b.set(nextWait, f64.mul(f64.add(place, 0.5), f64.mul(f64.load(layer, layers), 2 ** 17)));
      draws.decide(layer, nextWait);
      b.set(nextUniform, f64.mul(f64.add(f64.fromI32(i32.shru(words.second, 12)), 0.5), 2 ** -20));
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

