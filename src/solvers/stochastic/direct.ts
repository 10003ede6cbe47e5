import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { aheadCode, attendCells, drawCells, writeAheadDraws } from "./draw-ahead.ts";
import type { CellDraws } from "./draw-ahead.ts";
import { writeEventLoop } from "./event-loop.ts";
import type { StochasticMethod, StochasticProgram, StochasticStep } from "./method.ts";
import { reactionTable } from "./reaction-table.ts";
import { largestPropensity, stochasticCode } from "./scene.ts";
import { unrolledChannels, writeUnrolled } from "./unrolled.ts";

/** Gillespie's direct method: the time to the next event from the sum of the propensities, then which channel it is. */
export const direct: StochasticMethod = {
  facts: {
    id: "direct",
    title: "Gillespie's direct method",
    exact: true,
    use: `few channels: unrolled into locals up to ${unrolledChannels}; above, sums in a binary tree, so that an event costs the logarithm of their number`,
    source: "Gillespie 1977, doi:10.1021/j100540a008; the tree: Wong & Easterling 1980, doi:10.1137/0209009",
  },
  write: (step) => (step.scene.channels.length <= step.scene.unrolledChannels ? writeUnrolled(step) : writeTree(step)),
};

/** Where a node of the tree of sums stands, in bytes from its start. */
const node = (index: Local): Value => i32.shl(index, 3);

/** Propensities as the leaves of a binary tree of sums: node i has children 2i and 2i + 1, the root is 1. Sums are never carried on by differences, so they do not drift. */
function writeTree(step: StochasticStep): StochasticProgram {
  const { program, layout, scene } = step;
  const { channels, memory } = scene;
  const table = reactionTable(step);
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, channels.length)));
  const tree = layout.f64(2 * leaves);
  const update = (b: FunctionBuilder, channel: Local): void => {
    const sum = b.local("f64", "sum", table.propensity(b, channel));
    const at = b.local("i32", "node", i32.add(channel, leaves));
    b.loop((climb) => {
      b.store(node(at), sum, tree);
      b.if(i32.le(at, 1), () => b.break(climb));
      b.set(sum, f64.add(sum, f64.load(i32.shl(i32.xor(at, 1), 3), tree)));
      b.set(at, i32.shr(at, 1));
    });
  };
  writeAheadDraws(program, memory.draws, drawCells);
  program.function("sum up", {}, (b) => {
    b.repeat(channels.length, (channel) => b.store(node(channel), table.propensity(b, channel), tree + 8 * leaves));
    const at = b.local("i32", "node", i32.const(leaves));
    b.loop((down) => {
      b.set(at, i32.sub(at, 1));
      b.if(i32.lt(at, 1), () => b.break(down));
      b.store(node(at), f64.add(f64.load(i32.shl(at, 4), tree), f64.load(i32.shl(at, 4), tree + 8)), tree);
    });
  });
  writeEventLoop<CellDraws>(program, scene, {
    enter: (b, draws) => drawCells(b, draws, memory.draws),
    most: (ahead) => ahead.most(),
    flush: (_, ahead) => ahead.save(),
    attend: attendCells,
    body(loop, ahead) {
      const { b, t } = loop;
      if (table.mayBeWrong) loop.leave(i32.load(memory.isWrong), stochasticCode.wrongPropensity);
      loop.leave(ahead.isOpen(), aheadCode.open);
      const total = b.local("f64", "total", f64.load(tree + 8));
      loop.leave(i32.isZero(f64.lt(total, largestPropensity)), stochasticCode.wrongPropensity);
      loop.waitUntil(b.local("f64", "end", f64.add(t, f64.div(ahead.wait, total))));
      const threshold = b.local("f64", "threshold", f64.mul(ahead.uniform, total));
      const half = b.local("f64", "half", f64.mul(ahead.half, total));
      ahead.next();
      const at = b.local("i32", "node", i32.const(1));
      b.loop((down) => {
        b.if(i32.ge(at, leaves), () => b.break(down));
        const left = b.local("f64", "left", f64.load(i32.shl(at, 4), tree));
        b.set(at, i32.shl(at, 1));
        b.if(f64.ge(threshold, left), () => {
          b.set(threshold, f64.sub(threshold, left));
          b.set(at, i32.add(at, 1));
        });
      });
      b.if(i32.isZero(i32.and(f64.ge(threshold, half), f64.gt(f64.sub(f64.load(node(at), tree), threshold), half))), () => {
        ahead.keep();
        loop.leave(i32.const(1), aheadCode.border);
      });
      const channel = b.local("i32", "channel", i32.sub(at, leaves));
      table.change(b, channel, () => loop.leave(i32.const(1), stochasticCode.usedUp));
      table.eachChange(b, channel, (_, readers) => table.eachReader(b, readers, (reader) => update(b, reader)));
      loop.count(i32.shl(channel, 3), memory.firings);
      ahead.turn();
    },
  });
  return {
    prepare: table.prepare,
    begin(instance, coefficients) {
      table.begin(instance, coefficients);
      instance.functions["draw first"]?.();
      instance.functions["sum up"]?.();
    },
  };
}
