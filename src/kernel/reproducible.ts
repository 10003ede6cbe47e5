import { isOwn } from "./elementary/functions.ts";
import { forEachValue } from "./program-values.ts";
import type { Program } from "./program.ts";

/**
 * The program, once it is sure that its bits are the same in WebAssembly and JavaScript, on every engine and machine: that
 * it computes every elementary function it calls itself.
 *
 * @throws Error naming each function that only the host has (the trigonometric ones).
 */
export function reproducible(program: Program): Program {
  const refused = new Set<string>();
  for (const { name, body } of program.functions) {
    forEachValue(body, (value) => void (value.kind === "math" && !isOwn(value.name) && refused.add(`${value.name} in "${name}"`)));
  }
  if (refused.size > 0) throw new Error(`reproducible bits: the program calls ${[...refused].join(", ")}, whose bits depend on the engine; leave it out of the model, or run without reproducible bits`);
  return program;
}

/** A program as it is, refused where reproducible bits are wanted and it has none. */
export const withOwnFunctions = (program: Program, wanted: boolean): Program => (wanted ? reproducible(program) : program);
