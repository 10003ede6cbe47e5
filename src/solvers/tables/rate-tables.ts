import type { Expression } from "../../kernel/expression.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type FunctionTable, functionTable } from "./function-table.ts";
import { monomialReader } from "./monomials.ts";
import { derivativePositions, derivativeProducts } from "./derivatives.ts";
import { addElementary } from "./elementary-products.ts";
import { ProductList, type Products } from "./product-list.ts";
import type { RowPattern } from "./rate-program.ts";
import { rowPattern } from "./row-pattern.ts";
import { type VisitChange, fromSums, termsInUse, visitReaction } from "./state-changes.ts";

/** A number that depends on parameters alone: `scale` times an expression. */
export interface Coefficient {
  readonly expression: Expression;
  readonly scale: number;
}

/** An expression and the entry of the values it is kept in. */
export interface Kept {
  readonly entry: number;
  readonly expression: Expression;
}

/** Entries from `from` up to, not including, `to`. */
export interface EntryRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A right-hand side and its Jacobian as sums of products. Factors are entries of one vector of values: the states, the functions (factors
 * that are no powers of states), sums of states that functions read, and what the chain rule through functions needs.
 */
export interface RateTables {
  readonly valueCount: number;
  readonly coefficients: readonly Coefficient[];
  /** What each state's sum is divided by [nState]; null = 1. */
  readonly divisors: readonly (Expression | null)[];
  /** Symbols of the sums and their entries. */
  readonly sumEntries: ReadonlyMap<string, number>;
  /** Sums, from states, added to values. */
  readonly sums: Products;
  readonly functions: readonly Kept[];
  /** Added to the states' rates. */
  readonly rates: Products;
  readonly pattern: RowPattern;
  /** Derivatives of functions, in states and in sums, and those through sums, which are added to the former. */
  readonly slopes: readonly Kept[];
  readonly throughSums: Products;
  /** Derivatives of rates in functions, added to values. */
  readonly inFunctions: Products;
  /** Derivatives of rates in states, and those through functions, added to the Jacobian's entries. */
  readonly inStates: Products;
  readonly throughFunctions: Products;
  /** Entries of the derivatives of functions in states, and of rates in functions. */
  readonly gradients: EntryRange;
  readonly uses: EntryRange;
}

/** Coefficients under construction, each once. */
export interface CoefficientList {
  readonly all: Coefficient[];
  index(expression: Expression, scale: number): number;
}

function coefficientList(): CoefficientList {
  const all: Coefficient[] = [];
  const known = new Map<Expression, Map<number, number>>();
  return {
    all,
    index(expression, scale) {
      let scales = known.get(expression);
      if (!scales) known.set(expression, (scales = new Map()));
      let index = scales.get(scale);
      if (index === undefined) {
        index = all.length;
        scales.set(scale, index);
        all.push({ expression, scale });
      }
      return index;
    },
  };
}

/** Changes by 1 and 2 are named entries; others are coefficients of products of their own. */
const isCounted = (by: number): boolean => Math.abs(by) === 1 || Math.abs(by) === 2;

/** Reads a system into tables. */
export function rateTables(system: OdeSystem): RateTables {
  const reader = monomialReader(system, new Set(system.parameters));
  const coefficients = coefficientList();
  const rates = new ProductList();
  const visit: VisitChange = (rate, states, changes) => {
    if (states.length === 0) return;
    const [taken, made]: [number[], number[]] = [[], []];
    let areCounted = true;
    states.forEach((state, index) => {
      const by = changes[index] ?? 0;
      const entries = by < 0 ? taken : made;
      if (!isCounted(by)) areCounted = false;
      else for (let count = 0; count < Math.abs(by); count++) entries.push(state);
    });
    for (const { sign, coefficient, factors } of reader.read(rate)) {
      if (taken.length + made.length > 0) rates.add(coefficients.index(coefficient, 1), factors, sign === 1 ? taken : made, sign === 1 ? made : taken);
      if (areCounted) continue;
      states.forEach((state, index) => {
        const by = changes[index] ?? 0;
        if (by !== 0 && !isCounted(by)) rates.add(coefficients.index(coefficient, sign * by), factors, [], [state]);
      });
    }
  };
  const terms = termsInUse(system, reader);
  if (terms?.elementary) addElementary(rates, terms, terms.elementary, reader, coefficients, (reaction) => visitReaction(terms, reaction, visit));
  else for (let reaction = 0; reaction < (terms?.count ?? 0); reaction++) if (terms) visitReaction(terms, reaction, visit);
  for (const { state, derivative } of terms?.ruled ?? []) visit({ expression: derivative }, [state], [1]);
  const divisors = terms ? terms.divisors : fromSums(system, reader, visit);
  return { divisors, rates, coefficients: coefficients.all, ...withDerivatives(system, functionTable(system, reader.functions), rates, coefficients) };
}

/** Everything beyond the rates themselves. */
function withDerivatives(system: OdeSystem, { values, sums, slopes }: FunctionTable, rates: Products, coefficients: CoefficientList): Omit<RateTables, "divisors" | "rates" | "coefficients"> {
  const size = system.states.length;
  const one = system.graph.constant(1);
  const functionCount = values.length;
  const sumEntry = size + functionCount;
  const slopeEntry = sumEntry + sums.length;

  const sumProducts = new ProductList();
  sums.forEach(({ members }, index) => {
    for (const { state, weight } of members) sumProducts.add(coefficients.index(one, weight), [state], [], [sumEntry + index]);
  });

  // Derivatives of functions in states: a sparse matrix, some of it through sums.
  const inState: { readonly of: number; readonly state: number; readonly slope: Expression | number; readonly weight: number }[] = [];
  const sumSlopes: Kept[] = [];
  slopes.forEach((slope, of) => {
    for (const { of: state, expression } of slope.states) inState.push({ of, state, slope: expression, weight: 1 });
    for (const { of: sum, expression } of slope.sums) {
      const entry = slopeEntry + sumSlopes.length;
      sumSlopes.push({ entry, expression });
      for (const { state, weight } of sums[sum]?.members ?? []) inState.push({ of, state, slope: entry, weight });
    }
  });
  const gradients = rowPattern(functionCount, size, { rows: Int32Array.from(inState, ({ of }) => of), columns: Int32Array.from(inState, ({ state }) => state) });
  const gradientEntry = slopeEntry + sumSlopes.length;
  const useEntry = gradientEntry + gradients.pattern.column.length;
  const stateSlopes: Kept[] = [];
  const throughSums = new ProductList();
  inState.forEach(({ slope, weight }, index) => {
    const entry = gradientEntry + (gradients.slot[index] ?? 0);
    if (typeof slope === "number") throughSums.add(coefficients.index(one, weight), [slope], [], [entry]);
    else stateSlopes.push({ entry, expression: slope });
  });

  // Positions of the derivatives of rates: in states, in functions, and in states through functions.
  const { direct, uses } = derivativePositions(rates, size, functionCount > 0);
  const used = rowPattern(size, functionCount, uses);
  const through: { readonly row: number; readonly column: number; readonly use: number; readonly gradient: number }[] = [];
  for (let row = 0; row < size; row++) {
    for (let use = used.pattern.rowStart[row] ?? 0; use < (used.pattern.rowStart[row + 1] ?? 0); use++) {
      const of = used.pattern.column[use] ?? 0;
      for (let gradient = gradients.pattern.rowStart[of] ?? 0; gradient < (gradients.pattern.rowStart[of + 1] ?? 0); gradient++) through.push({ row, column: gradients.pattern.column[gradient] ?? 0, use, gradient });
    }
  }
  const directCount = direct.rows.length;
  const all = { rows: new Int32Array(directCount + through.length + size), columns: new Int32Array(directCount + through.length + size) };
  all.rows.set(direct.rows);
  all.columns.set(direct.columns);
  through.forEach(({ row, column }, index) => {
    all.rows[directCount + index] = row;
    all.columns[directCount + index] = column;
  });
  for (let row = 0; row < size; row++) all.rows[directCount + through.length + row] = all.columns[directCount + through.length + row] = row;
  const { pattern, slot } = rowPattern(size, size, all);

  const powered = (coefficient: number, by: number): number => {
    const given = coefficients.all[coefficient];
    return given ? coefficients.index(given.expression, by * given.scale) : coefficient;
  };
  const { inStates, inFunctions } = derivativeProducts(rates, size, powered, slot, used.slot, useEntry);
  const throughFunctions = new ProductList();
  const unit = coefficients.index(one, 1);
  through.forEach(({ use, gradient }, index) => throughFunctions.add(unit, [useEntry + use, gradientEntry + gradient], [], [slot[directCount + index] ?? 0]));

  return {
    valueCount: useEntry + used.pattern.column.length,
    sumEntries: new Map(sums.map(({ symbol }, index) => [symbol, sumEntry + index])),
    sums: sumProducts,
    functions: values.map((expression, index) => ({ entry: size + index, expression })),
    pattern,
    slopes: [...sumSlopes, ...stateSlopes],
    throughSums,
    inFunctions,
    inStates,
    throughFunctions,
    gradients: { from: gradientEntry, to: useEntry },
    uses: { from: useEntry, to: useEntry + used.pattern.column.length },
  };
}
