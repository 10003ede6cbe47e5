import { canonicalFormula as canonical } from "../models/formula.ts";
import type { Rule } from "../models/network.ts";

/**
 * Canonical text of a formula that this room wrote itself.
 *
 * @throws when the text does not parse, which would be a defect of the residual that wrote it
 */
export function canonicalFormula(text: string): string {
  const result = canonical(text);
  if (result.problems) throw new Error(`residual formula "${text}": ${result.problems.map((problem) => problem.message).join("; ")}`);
  return result.text;
}

/** The assignment rule `target := formula`. */
export const assignment = (target: string, formula: string): Rule => ({ kind: "assignment", target, formula: canonicalFormula(formula) });
