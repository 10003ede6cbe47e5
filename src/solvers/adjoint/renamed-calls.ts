import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { rewriteValues } from "../../kernel/rewrite-values.ts";

/** A builder that gives another name to every function that is written with it and to every function that one calls: one program then holds a set of functions twice. */
export function renamedFunctions(program: ProgramBuilder, rename: (name: string) => string): ProgramBuilder {
  return {
    ...program,
    function: (name, signature, body) =>
      program.function(rename(name), signature, (b, parameters) => {
        const calling: FunctionBuilder = { ...b, call: (callee, ...operands) => b.call(rename(callee), ...operands) };
        const written = b.collect(() => body(calling, parameters));
        b.append(rewriteValues(written, (value) => (value.kind === "call" ? { ...value, name: rename(value.name) } : value)));
      }),
  };
}
