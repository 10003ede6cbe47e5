import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { statesReadBy } from "./channel.ts";
import { aheadCode, attendCells, drawCells, writeAheadDraws } from "./draw-ahead.ts";
import type { CellDraws } from "./draw-ahead.ts";
import { constantAt } from "./draws.ts";
import { writeEventLoop } from "./event-loop.ts";
import type { Propensities, StochasticProgram, StochasticStep } from "./method.ts";
import { largestPropensity, stochasticCode } from "./scene.ts";
import { symbolResolver } from "./symbols.ts";

/** Channels up to which the direct method is unrolled: above, its branches and sums cost more than a search by composition and rejection. */
export const unrolledChannels = 40;

/** What the loop keeps in locals. */
interface Unrolled {
  /** Of states that some channel reads or changes [nState]. */
  readonly molecules: readonly (Local | undefined)[];
  readonly propensities: Propensities;
  readonly ahead: CellDraws;
}

/**
 * Writes the direct method for few channels: molecule numbers and propensities in locals, one branch a channel, and in it
 * only those propensities written anew that read what the channel changed.
 * @source Gillespie 1977, doi:10.1021/j100540a008
 */
export function writeUnrolled({ program, scene }: StochasticStep): StochasticProgram {
  const { channels, memory, system } = scene;
  const reads = statesReadBy(channels, system);
  const inLocals = new Set([...reads.flatMap((states) => [...states]), ...channels.flatMap(({ changes }) => changes.map(({ state }) => state))]);
  const one = constantAt(memory.draws, 1);
  const moleculesAt = (state: number): number => memory.molecules + 8 * state;
  const mayBeWrong = channels.some(({ isMassAction }) => !isMassAction);

  const writePropensities = (b: FunctionBuilder, { molecules, propensities }: Unrolled, chosen: readonly number[]): void => {
    const write = (index: number, rest: Value | null): void => {
      const channel = channels[index];
      const target = propensities[index];
      if (!channel || !target) return;
      let value: Value = f64.load(memory.coefficients + 8 * index);
      if (rest) value = f64.mul(value, rest);
      for (const { state, order } of channel.orders) {
        const n = molecules[state];
        if (!n) continue;
        for (let below = 0; below < order; below++) value = f64.mul(value, below === 0 ? n : f64.sub(n, below));
      }
      b.set(target, value);
      // A propensity below 0 could hide in the total; what is not finite cannot.
      if (channel.rest) b.if(i32.isZero(f64.ge(target, 0)), () => b.store(memory.isWrong, i32.const(1)));
    };
    const withRest = chosen.flatMap((index) => {
      const rest = channels[index]?.rest;
      return rest ? [{ index, rest }] : [];
    });
    for (const index of chosen) if (!channels[index]?.rest) write(index, null);
    lowerEach(b, withRest.map(({ rest }) => rest), symbolResolver(scene, null, molecules), (position, value) => write(withRest[position]?.index ?? 0, value));
  };

  const fire = (b: FunctionBuilder, state: Unrolled, index: number, refuse: () => void): void => {
    const { changes = [], isMassAction = true } = channels[index] ?? {};
    const each = (visit: (n: Local, change: number) => void): void =>
      changes.forEach(({ state: changed, change }) => {
        const n = state.molecules[changed];
        if (n) visit(n, change);
      });
    // A rate that is no mass action need not vanish with its reactants.
    if (!isMassAction) {
      each((n, change) => {
        if (change > 0) return;
        b.if(f64.lt(n, -change), () => {
          b.store(memory.usedUpChannel, i32.const(index));
          refuse();
        });
      });
    }
    each((n, change) => b.set(n, change === 1 ? f64.add(n, one) : change === -1 ? f64.sub(n, one) : f64.add(n, change)));
    writePropensities(b, state, [...channels.keys()].filter((other) => changes.some(({ state: changed }) => reads[other]?.has(changed))));
  };

  writeAheadDraws(program, memory.draws, drawCells);
  writeEventLoop<Unrolled>(program, scene, {
    enter(b, draws) {
      const state = {
        molecules: system.states.map((_, index) => (inLocals.has(index) ? b.local("f64", "molecules", f64.load(moleculesAt(index))) : undefined)),
        propensities: channels.map(() => b.local("f64", "propensity")),
        ahead: drawCells(b, draws, memory.draws),
      };
      writePropensities(b, state, [...channels.keys()]);
      return state;
    },
    most: ({ ahead }) => ahead.most(),
    flush(b, { molecules, ahead }) {
      molecules.forEach((n, state) => n && b.store(moleculesAt(state), n));
      ahead.save();
    },
    attend: attendCells,
    body(loop, state) {
      const { b, t } = loop;
      const { ahead } = state;
      if (mayBeWrong) loop.leave(i32.load(memory.isWrong), stochasticCode.wrongPropensity);
      const tree = sumTree(b, state.propensities, 0, 2 ** Math.ceil(Math.log2(Math.max(1, channels.length))));
      if (!tree) return loop.waitUntil(b.local("f64", "end", f64.const(Infinity)));
      loop.leave(ahead.isOpen(), aheadCode.open);
      loop.leave(i32.isZero(f64.lt(tree.sum, largestPropensity)), stochasticCode.wrongPropensity);
      loop.waitUntil(b.local("f64", "end", f64.add(t, f64.div(ahead.wait, tree.sum))));
      const threshold = b.local("f64", "threshold", f64.mul(ahead.uniform, tree.sum));
      const half = b.local("f64", "half", f64.mul(ahead.half, tree.sum));
      ahead.next();
      descend(b, tree, threshold, (index, propensity) => {
        b.if(f64.ge(threshold, half), () =>
          b.if(f64.gt(f64.sub(propensity, threshold), half), () => {
            fire(b, state, index, () => loop.leave(i32.const(1), stochasticCode.usedUp));
            loop.count(memory.firings + 8 * index);
            ahead.turn();
            loop.again();
          }),
        );
      });
      ahead.keep();
      return loop.leave(i32.const(1), aheadCode.border);
    },
  });
  return {
    prepare() {},
    begin(instance, coefficients) {
      instance.f64.set(coefficients, memory.coefficients / 8);
      instance.functions["draw first"]?.();
    },
  };
}

/** A binary tree of sums over propensities; its shape does not depend on how many leaves are missing at its end. */
type SumTree = { readonly sum: Local; readonly leaf: number } | { readonly sum: Local; readonly left: SumTree; readonly right: SumTree };

function sumTree(b: FunctionBuilder, leaves: readonly Local[], from: number, size: number): SumTree | null {
  if (size === 1) {
    const sum = leaves[from];
    return sum ? { sum, leaf: from } : null;
  }
  const left = sumTree(b, leaves, from, size / 2);
  const right = sumTree(b, leaves, from + size / 2, size / 2);
  if (!left || !right) return left;
  return { sum: b.local("f64", "sum", f64.add(left.sum, right.sum)), left, right };
}

/** Nested branches to the leaf in which the threshold lies, which is lowered to its place in that leaf. */
function descend(b: FunctionBuilder, tree: SumTree, threshold: Local, atLeaf: (index: number, propensity: Local) => void): void {
  if ("leaf" in tree) return atLeaf(tree.leaf, tree.sum);
  return b.if(
    f64.lt(threshold, tree.left.sum),
    () => descend(b, tree.left, threshold, atLeaf),
    () => {
      b.set(threshold, f64.sub(threshold, tree.left.sum));
      descend(b, tree.right, threshold, atLeaf);
    },
  );
}
