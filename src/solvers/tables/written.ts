import { f64 } from "../../kernel/builder.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { OdeSystem } from "../../models/system.ts";
import { writeRhs } from "../ode/attempt.ts";
import { OPERATIONS_PER_FUNCTION, chunk } from "../ode/chunk.ts";
import { jacobianOf } from "../ode/jacobian.ts";
import type { RateProgram } from "./rate-program.ts";
import { rowPattern } from "./row-pattern.ts";
import { symbolPlaces } from "./symbol-places.ts";


/** A system as straight-line code: fastest for small ones, slow to set up for large ones. @throws Error when the system uses an undeclared symbol. */
export function written(system: OdeSystem): RateProgram {
  const size = system.states.length;
  const { entries } = jacobianOf(system);
  const diagonal = system.states.map((_, index) => index);
  const { pattern, slot } = rowPattern(size, size, { rows: Int32Array.from([...entries.map(({ row }) => row), ...diagonal]), columns: Int32Array.from([...entries.map(({ column }) => column), ...diagonal]) });
  const filled = new Set(slot.subarray(0, entries.length));
  const zero = system.graph.constant(0);
  const values = [
    ...entries.map(({ expression }, index) => ({ expression, entry: slot[index] ?? 0 })),
    ...diagonal.flatMap((row) => {
      const entry = slot[entries.length + row] ?? 0;
      return filled.has(entry) ? [] : [{ expression: zero, entry }];
    }),
  ];
  return {
    size,
    pattern,
    write(program, layout) {
      const parametersAddress = layout.f64(Math.max(1, system.parameters.length));
      const signature = { parameters: { target: "i32", time: "f64", state: "i32" } } as const;
      const places = symbolPlaces(system, parametersAddress);
      writeRhs(program, system, places);
      const parts = chunk(values, ({ expression }) => expression, OPERATIONS_PER_FUNCTION);
      parts.forEach((part, index) =>
        program.function(`jacobian ${index}`, { ...signature, exported: false }, (b, { target, time, state }) => {
          if (!target || !time || !state) return;
          const place = places(time, (at) => f64.load(state, 8 * at));
          lowerEach(b, part.map(({ expression }) => expression), place, (which, value) => b.store(target, value, 8 * (part[which]?.entry ?? 0)));
        }),
      );
      program.function("jacobian", signature, (b, { target, time, state }) => {
        if (!target || !time || !state) return;
        parts.forEach((_, index) => b.call(`jacobian ${index}`, target, time, state));
      });
      return {
        parametersAddress,
        prepare: () => undefined,
        setParameters: ({ f64: memory }, parameters) => memory.set(parameters, parametersAddress / 8),
      };
    },
  };
}
