import type { Instance } from "../../kernel/instance.ts";
import { HIGHEST_ORDER } from "./bdf-coefficients.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { bdfTapeRow } from "./bdf-memory.ts";
import type { CompiledBdf } from "./bdf-scene.ts";
import type { OdeProblem, Tape } from "./solver.ts";

/** The tape of a multistep run, as copies. */
export function bdfTape({ i32, f64 }: Instance, { integer, size }: BdfMemory): Tape {
  const count = i32[integer.tapeCount / 4] ?? 0;
  const first = (i32[integer.tapeAddress / 4] ?? 0) / 8;
  const stride = bdfTapeRow.bytes(size) / 8;
  const rows = f64.subarray(first, first + count * stride);
  const states = new Float64Array(count * size);
  for (let row = 0; row < count; row++) states.set(rows.subarray(row * stride + bdfTapeRow.state / 8, (row + 1) * stride), row * size);
  const column = (offset: number): Float64Array => Float64Array.from({ length: count }, (_, row) => rows[row * stride + offset / 8] ?? NaN);
  return { count, times: column(bdfTapeRow.time), steps: column(bdfTapeRow.step), orders: column(bdfTapeRow.order), states };
}

/** Refuses given steps that a multistep solver cannot take. @throws RangeError naming the first. */
export function checkGivenSteps({ system, record, events }: CompiledBdf, { steps, orders }: OdeProblem): void {
  if (!steps && !orders) return;
  const refuse = (message: string): never => {
    throw new RangeError(`solver of "${system.id}": ${message}`);
  };
  if (!record) refuse("bdf takes given steps only when it is compiled with record: true");
  if (events) refuse("bdf takes no given steps through events; use a one-step method to replay");
  if (!steps || !orders) return refuse(`${steps ? "steps are given without their orders" : "orders are given without steps"}; give both as \`tape()\` has them`);
  if (orders.length !== steps.length) refuse(`${orders.length} orders are given for ${steps.length} steps`);
  if (steps.length === 0) refuse("no steps are given; leave `steps` out for error control");
  const wrong = steps.findIndex((step) => !(step > 0 && step < Infinity));
  if (wrong >= 0) refuse(`given step ${wrong} is ${steps[wrong]}; steps must be finite and above 0`);
  // A step of order k makes differences up to k + 1; those above are of other steps, or of another run.
  const odd = orders.findIndex((order, index) => !(Number.isInteger(order) && order >= 0 && order <= Math.min(HIGHEST_ORDER, (orders[index - 1] ?? -1) + 1)));
  if (odd >= 0) refuse(`the order of given step ${odd} is ${orders[odd]}; orders are 0, afresh, to ${HIGHEST_ORDER}, the first is 0, and each is at most one above that before it`);
}
