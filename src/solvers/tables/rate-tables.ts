import type { Expression } from "../../kernel/expression.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type FunctionTable, functionTable } from "./function-table.ts";
import { monomialReader } from "./monomials.ts";
import { type Products, productList } from "./product-table.ts";
import type { RowPattern } from "./rate-program.ts";
import { type Positions, rowPattern } from "./row-pattern.ts";
import { eachChange } from "./state-changes.ts";

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
interface CoefficientList {
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
  const rates = productList();
  const [taken, made]: [number[], number[]] = [[], []];
  const divisors = eachChange(system, reader, (rate, states, changes) => {
    if (states.length === 0) return;
    taken.length = 0;
    made.length = 0;
    let areCounted = true;
    for (let index = 0; index < states.length; index++) {
      const by = changes[index] ?? 0;
      const entries = by < 0 ? taken : made;
      if (!isCounted(by)) areCounted = false;
      else for (let count = 0; count < Math.abs(by); count++) entries.push(states[index] ?? 0);
    }
    for (const { sign, coefficient, factors } of reader.read(rate)) {
      if (taken.length + made.length > 0) rates.add(coefficients.index(coefficient, 1), factors, sign === 1 ? taken : made, sign === 1 ? made : taken);
      if (areCounted) continue;
      states.forEach((state, index) => {
        const by = changes[index] ?? 0;
        if (by !== 0 && !isCounted(by)) rates.add(coefficients.index(coefficient, sign * by), factors, [], [state]);
      });
    }
  });
  return { divisors, rates, coefficients: coefficients.all, ...withDerivatives(system, functionTable(system, reader.functions), rates, coefficients) };
}

/** Everything beyond the rates themselves. */
function withDerivatives(system: OdeSystem, { values, sums, slopes }: FunctionTable, rates: Products, coefficients: CoefficientList): Omit<RateTables, "divisors" | "rates" | "coefficients"> {
  const size = system.states.length;
  const one = system.graph.constant(1);
  const functionCount = values.length;
  const sumEntry = size + functionCount;
  const slopeEntry = sumEntry + sums.length;

  const sumProducts = productList();
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
  const gradients = rowPattern(functionCount, size, { rows: inState.map(({ of }) => of), columns: inState.map(({ state }) => state) });
  const gradientEntry = slopeEntry + sumSlopes.length;
  const useEntry = gradientEntry + gradients.pattern.column.length;
  const stateSlopes: Kept[] = [];
  const throughSums = productList();
  inState.forEach(({ slope, weight }, index) => {
    const entry = gradientEntry + (gradients.slot[index] ?? 0);
    if (typeof slope === "number") throughSums.add(coefficients.index(one, weight), [slope], [], [entry]);
    else stateSlopes.push({ entry, expression: slope });
  });

  // Positions of the derivatives of rates: in states, in functions, and in states through functions.
  const [direct, uses] = [positionList(), positionList()];
  eachDerivative(rates, (product, factor) => {
    const into = factor < size ? direct : uses;
    const column = factor < size ? factor : factor - size;
    for (let at = rates.minusStart[product] ?? 0; at < (rates.minusStart[product + 1] ?? 0); at++) into.push(rates.minus[at] ?? 0, column);
    for (let at = rates.plusStart[product] ?? 0; at < (rates.plusStart[product + 1] ?? 0); at++) into.push(rates.plus[at] ?? 0, column);
  });
  const used = rowPattern(size, functionCount, uses);
  const directCount = direct.rows.length;
  const eachThrough = (visit: (row: number, use: number, gradient: number, column: number) => void): void => {
    for (let row = 0; row < size; row++) {
      for (let use = used.pattern.rowStart[row] ?? 0; use < (used.pattern.rowStart[row + 1] ?? 0); use++) {
        const of = used.pattern.column[use] ?? 0;
        for (let at = gradients.pattern.rowStart[of] ?? 0; at < (gradients.pattern.rowStart[of + 1] ?? 0); at++) visit(row, use, at, gradients.pattern.column[at] ?? 0);
      }
    }
  };
  eachThrough((row, _, __, column) => direct.push(row, column));
  for (let row = 0; row < size; row++) direct.push(row, row);
  const { pattern, slot } = rowPattern(size, size, direct);

  const [inStates, inFunctions, throughFunctions] = [productList(), productList(), productList()];
  let [nextDirect, nextUse] = [0, 0];
  eachDerivative(rates, (product, factor, power, others) => {
    const taken = (rates.minusStart[product + 1] ?? 0) - (rates.minusStart[product] ?? 0);
    const made = (rates.plusStart[product + 1] ?? 0) - (rates.plusStart[product] ?? 0);
    const given = coefficients.all[rates.coefficient[product] ?? 0];
    if (!given) return;
    const coefficient = power === 1 ? (rates.coefficient[product] ?? 0) : coefficients.index(given.expression, power * given.scale);
    if (factor < size) {
      inStates.addAt(coefficient, others, slot, nextDirect, nextDirect + taken, nextDirect + taken + made);
      nextDirect += taken + made;
    } else {
      const entryAt = (index: number): number => useEntry + (used.slot[index] ?? 0);
      const [from, middle] = [nextUse, nextUse + taken];
      nextUse = middle + made;
      inFunctions.add(coefficient, others, Array.from({ length: taken }, (_, index) => entryAt(from + index)), Array.from({ length: made }, (_, index) => entryAt(middle + index)));
    }
  });
  let through = directCount;
  const unit = coefficients.index(one, 1);
  eachThrough((_, use, at) => throughFunctions.add(unit, [useEntry + use, gradientEntry + at], [], [slot[through++] ?? 0]));

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

/** Visits every factor of every product once, with its power and what the product's derivative leaves of the factors, in a list that is used again. */
function eachDerivative(products: Products, visit: (product: number, factor: number, power: number, others: readonly number[]) => void): void {
  const { factors, factorStart } = products;
  const others: number[] = [];
  for (let product = 0; product < products.count; product++) {
    const from = factorStart[product] ?? 0;
    const to = factorStart[product + 1] ?? 0;
    for (let at = from; at < to; at++) {
      const factor = factors[at] ?? 0;
      if (factors.indexOf(factor, from) < at) continue;
      others.length = 0;
      let power = 0;
      for (let other = from; other < to; other++) {
        if (factors[other] === factor) power++;
        if (other !== at) others.push(factors[other] ?? 0);
      }
      visit(product, factor, power, others);
    }
  }
}

function positionList(): Positions & { push(row: number, column: number): void } {
  const rows: number[] = [];
  const columns: number[] = [];
  return {
    rows,
    columns,
    push(row, column) {
      rows.push(row);
      columns.push(column);
    },
  };
}
