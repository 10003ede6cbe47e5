import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Local } from "../../kernel/program.ts";
import type { StochasticMethod, StochasticStep } from "./method.ts";

/** Gillespie's direct method: the time to the next event from the sum of the propensities, then which channel it is. */
export const direct: StochasticMethod = {
  facts: {
    id: "direct",
    title: "Gillespie's direct method",
    exact: true,
    source: "Gillespie 1977, doi:10.1021/j100540a008",
  },
  step(context) {
    const { b, propensities } = context;
    if (propensities.kind === "locals") {
      const sums = partialSums(b, propensities.values);
      const total = sums.at(-1);
      if (!total) return context.wait(f64.const(Infinity));
      waitForEvent(context, total);
      const threshold = drawBelow(context, total);
      fireFirst(context, sums, threshold, 0);
      return undefined;
    }
    const { address, count } = propensities;
    const total = b.local("f64", "total", f64.const(0));
    b.repeat(count, (channel) => b.set(total, f64.add(total, f64.load(i32.shl(channel, 3), address))));
    waitForEvent(context, total);
    const threshold = drawBelow(context, total);
    const chosen = b.local("i32", "chosen", i32.const(-1));
    const sum = b.local("f64", "sum", f64.const(0));
    b.loop((search) => {
      b.set(chosen, i32.add(chosen, 1));
      b.set(sum, f64.add(sum, f64.load(i32.shl(chosen, 3), address)));
      b.if(f64.lt(threshold, sum), () => b.break(search));
    });
    return context.fire(chosen);
  },
};

/** Running sums from zero, in order: the last is the total. */
function partialSums(b: FunctionBuilder, values: readonly Local[]): Local[] {
  let before: Local | null = null;
  return values.map((value) => {
    before = b.local("f64", "sum", before ? f64.add(before, value) : value);
    return before;
  });
}

/** Nothing can happen where the total is 0: time passes for ever. */
function waitForEvent({ b, exponential, wait }: StochasticStep, total: Local): void {
  const duration = b.local("f64", "duration", f64.const(Infinity));
  b.if(f64.gt(total, 0), () => b.set(duration, f64.div(exponential(), total)));
  wait(duration);
}

/** A uniform number in (0, total). A product that rounds up to the total is drawn again, so that a channel is always found. */
function drawBelow({ b, uniform }: StochasticStep, total: Local): Local {
  const threshold = b.local("f64", "threshold");
  b.loop((again) => {
    b.set(threshold, f64.mul(uniform(), total));
    b.if(f64.lt(threshold, total), () => b.break(again));
  });
  return threshold;
}

/** Nested branches: the first channel whose running sum lies above the threshold fires. */
function fireFirst(context: StochasticStep, sums: readonly Local[], threshold: Local, channel: number): void {
  const sum = sums[channel];
  if (!sum || channel === sums.length - 1) return context.fire(channel);
  return context.b.if(
    f64.lt(threshold, sum),
    () => context.fire(channel),
    () => fireFirst(context, sums, threshold, channel + 1),
  );
}
