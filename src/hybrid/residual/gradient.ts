import { differentiate } from "../../kernel/derivative.ts";
import { add, multiply } from "../../kernel/arithmetic.ts";
import { type Expression, expressionGraph } from "../../kernel/expression.ts";
import { parseExpression } from "../../kernel/grammar.ts";
import { printExpression } from "../../kernel/print.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { ResidualUnit, WrittenResidual } from "./kind.ts";

/** Derivatives of one output, written out as network parts. */
export interface WrittenGradient {
  /** Derivatives of the output by each unit, ids ending in `_bar`; a rule each, so that nothing is written twice. */
  readonly units: readonly ResidualUnit[];
  /** Formulas of the derivatives by each variable [nVariable]. */
  readonly gradient: readonly string[];
}

/**
 * Differentiates an output of a residual by symbols that its inputs hold: reverse mode over its units, each unit's own slopes by
 * symbolic differentiation.
 * @source Griewank & Walther 2008, doi:10.1137/1.9780898717761, sec. 3.2 (reverse mode)
 * @throws when a unit's formula cannot be read, which would be a defect of the residual that wrote it
 */
export function writeGradient(written: WrittenResidual, output: number, variables: readonly string[]): WrittenGradient {
  const graph = expressionGraph();
  const read = (formula: string): Expression => {
    const parsed = parseExpression(graph, formula);
    if (!parsed.expression) throw new Error(`residual formula "${formula}" cannot be read`);
    return parsed.expression;
  };
  const none = graph.constant(0);
  const top = read(written.outputs[output] ?? "0");
  const bars: { readonly expression: Expression; readonly bar: Expression }[] = [{ expression: top, bar: graph.constant(1) }];
  const slopeBy = (name: string): Expression =>
    bars.reduce((total, { expression, bar }) => (symbolsOf([expression]).has(name) ? add(graph, total, multiply(graph, bar, differentiate(graph, expression, name))) : total), none);

  const units: ResidualUnit[] = [];
  for (const { id, formula } of written.units.toReversed()) {
    const slope = slopeBy(id);
    if (slope === none) continue;
    const barId = `${id}_bar`;
    units.push({ id: barId, formula: printExpression(slope) });
    bars.push({ expression: read(formula), bar: graph.symbol(barId) });
  }
  return { units: units.toReversed(), gradient: variables.map((name) => printExpression(slopeBy(name))) };
}
