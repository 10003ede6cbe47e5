import type { FunctionBuilder, LoopLabel } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local } from "../../kernel/program.ts";
import { BREAKPOINT_MARGIN, STEP_FLOOR, STEP_TINIEST } from "./controller.ts";

/** Where a loop stands before a breakpoint: the time, the breakpoint ahead, and how far from it steps end and begin. */
export interface BeforeBreakpoint {
  readonly t: Local;
  readonly breakpoint: Local;
  readonly margin: Local;
}

/**
 * Leaves a loop that passes breakpoints once the next one is far enough ahead for a step. A step ends just before a breakpoint and the
 * next begins just after it: each sees one side only.
 */
export function breakUnlessNear(b: FunctionBuilder, passing: LoopLabel, { t, breakpoint, margin }: BeforeBreakpoint): void {
  b.if(f64.eq(breakpoint, Infinity), () => b.break(passing));
  b.set(margin, f64.add(f64.mul(BREAKPOINT_MARGIN, f64.abs(breakpoint)), STEP_TINIEST));
  // Nearer than two smallest steps, what is left could be too small for one.
  b.if(f64.gt(f64.sub(breakpoint, t), f64.mul(2 * (STEP_FLOOR / BREAKPOINT_MARGIN), margin)), () => b.break(passing));
}

/** Goes on to the breakpoint after the one at hand. */
export const advanceBreakpoint = (b: FunctionBuilder, { breakpointAddress }: { readonly breakpointAddress: number }): void =>
  b.store(breakpointAddress, i32.add(i32.load(breakpointAddress), 8));
