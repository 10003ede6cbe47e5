import { subtract } from "../../kernel/arithmetic.ts";
import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Graph } from "../../kernel/expression.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import type { EventPlan } from "./event.ts";
import type { StepInterpolant } from "./event-interpolant.ts";
import type { Resolve } from "./linear.ts";

/** Parts of a step at whose ends comparisons are looked at. */
export const searchParts = 8;

/**
 * Writes `searchEvent(t, h, end): f64`: the first time in (t, end] at which some watched comparison differs from what is
 * noted of it, Infinity = none, in the step attempted last.
 *
 * Comparisons are looked at where the parts of the step end, and where the parabola through the two sides' difference at
 * three neighbouring ends comes nearest to 0: so two changes that undo each other within one part are seen too, unless the
 * difference turns more than once there. Between the last time where nothing differs and the first where something does
 * the time is halved down to neighbouring numbers; the later one is the answer, so that the change has happened there.
 */
export function writeSearch(program: ProgramBuilder, layout: MemoryLayout, graph: Graph, interpolant: StepInterpolant, { watched, needed }: EventPlan, holds: number, resolve: (time: Value, state: (index: number) => Value) => Resolve): void {
  const { inside } = interpolant;
  const count = watched.length;
  /** Differences of the sides at the ends of the parts, row-major [searchParts + 1, nWatched]. */
  const differences = layout.f64(Math.max(1, (searchParts + 1) * count));
  if (count > 0) interpolant.write(program, needed);

  program.function("hasChanged", { parameters: { time: "f64", state: "i32" }, result: "i32", exported: false }, (b, { time, state }) => {
    if (!time || !state) return;
    const changed = b.local("i32", "changed", i32.const(0));
    lowerEach(b, watched, resolve(time, (index) => f64.load(state, 8 * index)), (which, value) => b.set(changed, i32.or(changed, f64.ne(value, f64.load(holds + 8 * which)))));
    b.return(changed);
  });
  program.function("noteDifferences", { parameters: { part: "i32", time: "f64", state: "i32" }, exported: false }, (b, { part, time, state }) => {
    if (!part || !time || !state) return;
    const row = b.local("i32", "row", i32.mul(part, 8 * count));
    const zero = graph.constant(0);
    const wanted = watched.map(({ operands: [left = zero, right = zero] }) => subtract(graph, left, right));
    lowerEach(b, wanted, resolve(time, (index) => f64.load(state, 8 * index)), (which, value) => b.store(row, value, differences + 8 * which));
  });

  program.function("searchEvent", { parameters: { t: "f64", h: "f64", end: "f64" }, result: "f64" }, (b, { t, h, end }) => {
    if (!t || !h || !end) return;
    if (count === 0) return b.return(f64.const(Infinity));
    const low = b.local("f64", "low", t);
    const high = b.local("f64", "high", f64.const(Infinity));
    const time = b.local("f64", "searched");
    const interpolate = (): void => b.call("interpolateNeeded", f64.div(f64.sub(time, t), h), h);
    const hasChanged = i32.call("hasChanged", time, i32.const(inside));
    const timeOf = (part: Value): Value => f64.add(t, f64.mul(h, f64.mul(1 / searchParts, f64.fromI32(part))));

    b.call("noteDifferences", i32.const(0), t, i32.const(interpolant.start));
    b.repeat(searchParts - 1, (index) => {
      const part = b.local("i32", "part", i32.add(index, 1));
      b.set(time, timeOf(part));
      interpolate();
      b.call("noteDifferences", part, time, i32.const(inside));
      b.if(f64.eq(high, Infinity), () => b.if(hasChanged, () => b.set(high, time), () => b.set(low, time)));
    });
    b.call("noteDifferences", i32.const(searchParts), end, i32.const(interpolant.end));
    b.if(i32.and(f64.eq(high, Infinity), i32.call("hasChanged", end, i32.const(interpolant.end))), () => b.set(high, end));

    const place = b.local("i32", "place");
    const before = b.local("f64", "before");
    const at = b.local("f64", "at");
    const after = b.local("f64", "after");
    const bend = b.local("f64", "bend");
    const offset = b.local("f64", "offset");
    b.repeat(searchParts - 1, (index) =>
      b.repeat(count, (which) => {
        b.set(place, i32.shl(i32.add(i32.mul(index, count), which), 3));
        b.set(before, f64.load(place, differences));
        b.set(at, f64.load(place, differences + 8 * count));
        b.set(after, f64.load(place, differences + 16 * count));
        b.set(bend, f64.add(f64.sub(before, f64.mul(2, at)), after));
        b.set(offset, f64.div(f64.mul(0.5, f64.sub(before, after)), bend));
        // Only where it turns towards 0, between the outer two.
        b.if(i32.and(f64.gt(f64.mul(bend, at), 0), f64.lt(f64.abs(offset), 1)), () => {
          b.set(time, f64.add(timeOf(i32.add(index, 1)), f64.mul(offset, f64.mul(1 / searchParts, h))));
          b.if(i32.and(f64.lt(time, high), f64.gt(time, t)), () => {
            interpolate();
            b.if(hasChanged, () => {
              b.set(high, time);
              b.set(low, f64.max(t, timeOf(i32.add(index, f64.gt(offset, 0)))));
            });
          });
        });
      }),
    );
    b.if(f64.eq(high, Infinity), () => b.return(high));
    b.loop((halving) => {
      b.set(time, f64.add(low, f64.mul(0.5, f64.sub(high, low))));
      b.if(i32.or(f64.le(time, low), f64.ge(time, high)), () => b.break(halving));
      interpolate();
      b.if(hasChanged, () => b.set(high, time), () => b.set(low, time));
    });
    b.return(high);
  });
}
