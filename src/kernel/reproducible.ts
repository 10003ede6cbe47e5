import { programBuilder } from "./builder.ts";
import { writeExponential, writeExponentialMinus1, writeHyperbolic } from "./elementary/exponential.ts";
import { writeLogarithm, writeLogarithm10, writeLogarithm1p } from "./elementary/logarithm.ts";
import { writePower } from "./elementary/power.ts";
import { wordsAt } from "./elementary/words.ts";
import { forEachValue } from "./program-values.ts";
import type { MathFunction, Program } from "./program.ts";
import { rewriteValues } from "./rewrite-values.ts";

/** Functions that a program can compute itself, from additions, products, quotients and square roots alone. */
export const ownFunctions: readonly MathFunction[] = ["exp", "log", "log10", "log1p", "expm1", "pow", "sinh", "cosh", "tanh"];

/** A program as it is, or with its own functions where they are wanted. */
export const withOwnFunctions = (program: Program, wanted: boolean): Program => (wanted ? reproducible(program) : program);

/**
 * The same program with its own elementary functions instead of the host's, so that its bits are the same in WebAssembly and
 * JavaScript, on every engine and machine. A program that calls none comes back as it is.
 *
 * @throws Error naming each function that only the host has (the trigonometric ones), and lanes, which have none of their own.
 */
export function reproducible(program: Program): Program {
  const called = new Set<MathFunction>();
  const refused = new Set<string>();
  for (const { name, body } of program.functions) {
    forEachValue(body, (value) => {
      if (value.kind !== "math") return;
      if (value.type !== "f64") refused.add(`${value.name} of lanes in "${name}"`);
      else if (ownFunctions.includes(value.name)) called.add(value.name);
      else refused.add(`${value.name} in "${name}"`);
    });
  }
  if (refused.size > 0) throw new Error(`reproducible bits: the program calls ${[...refused].join(", ")}, whose bits depend on the engine; leave it out of the model, or run without reproducible bits`);
  if (called.size === 0) return program;

  const scratch = Math.ceil(program.memoryBytes / 8) * 8;
  const words = wordsAt(scratch);
  const builder = programBuilder();
  writeLogarithm(builder, words);
  writeExponential(builder, words);
  if (called.has("log10")) writeLogarithm10(builder, words);
  if (called.has("log1p")) writeLogarithm1p(builder);
  if (called.has("pow")) writePower(builder, words);
  const isHyperbolic = called.has("sinh") || called.has("cosh") || called.has("tanh");
  if (called.has("expm1") || isHyperbolic) writeExponentialMinus1(builder);
  if (isHyperbolic) writeHyperbolic(builder);
  const functions = program.functions.map((each) => ({
    ...each,
    body: rewriteValues(each.body, (value) => (value.kind === "math" ? { kind: "call", type: "f64", name: `math ${value.name}`, operands: value.operands } : value)),
  }));
  const own = builder.finish(0).functions;
  return { functions: [...functions, ...own], memoryBytes: scratch + 8 };
}
