import { f64 } from "../../kernel/builder.ts";
import type { OdeFacts, OdeMethod, Tableau } from "./method.ts";
import { weighted } from "./vector.ts";

/** The explicit Runge-Kutta method of a tableau whose stages are rates; the last stage is taken at the new state where `facts.firstSameAsLast`. */
export function explicitRungeKutta(facts: OdeFacts, tableau: Tableau): OdeMethod {
  return {
    facts,
    tableau,
    step({ vectors, t, h, y, next, stages, rhs, stageTime }) {
      const argument = vectors.scratch("argument");
      const [first] = stages;
      if (!facts.firstSameAsLast && first) rhs(first, t, y);
      const stage = (of: (vector: (typeof stages)[number]) => ReturnType<typeof f64.const>) => (index: number) => {
        const found = stages[index];
        if (!found) throw new RangeError(`${facts.id}: no stage ${index}`);
        return of(found);
      };
      stages.forEach((target, index) => {
        if (index === 0) return;
        const isNew = facts.firstSameAsLast && index === stages.length - 1;
        const state = isNew ? next : argument;
        vectors.assign(state, (of) => f64.add(of(y), f64.mul(h, weighted(tableau.a[index] ?? [], stage(of)) ?? f64.const(0))));
        rhs(target, stageTime(tableau.nodes[index] ?? 0), state);
      });
      if (!facts.firstSameAsLast) vectors.assign(next, (of) => f64.add(of(y), f64.mul(h, weighted(tableau.weights, stage(of)) ?? f64.const(0))));
      return (of) => f64.mul(h, weighted(tableau.error, stage(of)) ?? f64.const(0));
    },
  };
}
