import type { MemoryLayout } from "../../kernel/layout.ts";

/** Byte addresses of the numbers that a run is steered by, by name. */
export interface ControlBlock<RealField extends string, IntegerField extends string> {
  readonly real: Readonly<Record<RealField, number>>;
  readonly integer: Readonly<Record<IntegerField, number>>;
}

/** Lays out a control block: f64 fields in their order, then i32 fields in theirs. */
export function controlBlock<RealField extends string, IntegerField extends string>(layout: MemoryLayout, realFields: readonly RealField[], integerFields: readonly IntegerField[]): ControlBlock<RealField, IntegerField> {
  const real = layout.f64(realFields.length);
  const integer = layout.i32(integerFields.length);
  return { real: placesOf(realFields, real, 8), integer: placesOf(integerFields, integer, 4) };
}

const placesOf = <Field extends string>(fields: readonly Field[], first: number, bytes: number): Record<Field, number> =>
  Object.fromEntries(fields.map((field, index) => [field, first + bytes * index])) as Record<Field, number>;
