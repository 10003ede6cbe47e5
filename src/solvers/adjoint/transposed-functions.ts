import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { rewriteValues } from "../../kernel/rewrite-values.ts";

/** Name of the function that does with a transposed matrix what another does with the matrix: one program holds both. */
export const transposedName = (name: string): string => `${name}Transposed`;

/** A builder whose calls for their effect are of the transposed functions. */
export const callingTransposed = (b: FunctionBuilder): FunctionBuilder => ({ ...b, call: (name, ...operands) => b.call(transposedName(name), ...operands) });

/**
 * A builder with which every function is written as a transposed one that calls transposed ones only. Calls for a result stand inside values, which
 * take a while to look through: only where the functions that are written have some (`usesResults`).
 */
export function transposedFunctions(program: ProgramBuilder, usesResults: boolean): ProgramBuilder {
  return {
    ...program,
    function: (name, signature, body) =>
      program.function(transposedName(name), signature, (b, parameters) => {
        const write = (): void => body(callingTransposed(b), parameters);
        if (!usesResults) return write();
        b.append(rewriteValues(b.collect(write), (value) => (value.kind === "call" ? { ...value, name: transposedName(value.name) } : value)));
      }),
  };
}
