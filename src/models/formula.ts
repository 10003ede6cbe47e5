import { expressionGraph } from "../kernel/expression.ts";
import type { Expression } from "../kernel/expression.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { printExpression } from "../kernel/print.ts";
import type { Problem } from "../kernel/problem.ts";

export type FormulaResult =
  | { readonly text: string; readonly expression: Expression; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly text?: undefined };

/** A formula as a network stores it: canonical text, the same for every way of writing the same expression. */
export function canonicalFormula(text: string): FormulaResult {
  const result = parseExpression(expressionGraph(), text);
  return result.problems ? { problems: result.problems } : { text: printExpression(result.expression), expression: result.expression };
}

/** The number a formula simply is, or null. */
export function plainNumber(expression: Expression): number | null {
  if (expression.operation === "constant") return expression.value;
  const operand = expression.operands[0];
  return expression.operation === "negate" && operand?.operation === "constant" ? -operand.value : null;
}
