import { type FunctionBuilder, f64, f64x2, i32 } from "./builder.ts";
import { operationCode, pairCode } from "./lower-operation.ts";
import type { PackStep } from "./pack.ts";
import { type Pair, type PairTerm, placeOf } from "./pack-pair.ts";
import type { Place, Term, Tree } from "./pack-tree.ts";
import type { Local, Value } from "./program.ts";
import { logical } from "./semantics.ts";

/** Terms of a sum that are nested into one value; longer sums pass through a local. */
const nested = 16;

/** Sums of at least so many terms have two and four running totals: additions that need not wait for each other. */
const [twoChains, fourChains] = [6, 16];

/** Writes steps of a plan, in their order; `block` is the address of the plan's slots. */
export function writeSteps(b: FunctionBuilder, steps: readonly PackStep[], block: number): void {
  const at = ({ base, offset }: Place): readonly [address: Value, offset: number] => {
    if (base === null) return [i32.const(offset), 0];
    return base === "slots" ? [i32.const(block + offset), 0] : [base, offset];
  };
  const totals: Record<"f64" | "f64x2", Local[]> = { f64: [], f64x2: [] };

  /** Sums terms in order, in several chains that are added at the end. */
  const sumOf = (type: "f64" | "f64x2", terms: readonly { readonly negative: boolean; readonly value: () => Value }[]): Value => {
    const { add, sub, neg } = type === "f64" ? f64 : f64x2;
    const count = terms.length < twoChains ? 1 : terms.length < fourChains ? 2 : 4;
    const chains = Array.from({ length: count }, (_, chain) => {
      let total: Value | null = null;
      let length = 0;
      for (let index = chain; index < terms.length; index += count) {
        const term = terms[index];
        if (!term) break;
        const value = term.value();
        if (total) total = term.negative ? sub(total, value) : add(total, value);
        else total = term.negative ? neg(value) : value;
        length += 1;
        if (length % nested !== 0) continue;
        const local = (totals[type][chain] ??= b.local(type, "total"));
        b.set(local, total);
        total = local;
      }
      return total ?? { kind: "constant", type, value: 0 };
    });
    while (chains.length > 1) chains.push(add(chains.shift() as Value, chains.shift() as Value));
    return chains[0] as Value;
  };

  const number = (tree: Tree): Value => (isLogical(tree) ? f64.fromI32(direct(tree)) : direct(tree));
  const truth = (tree: Tree): Value => {
    if (isLogical(tree)) return direct(tree);
    return tree.kind === "constant" ? i32.const(tree.value === 0 ? 0 : 1) : f64.ne(direct(tree), 0);
  };
  const direct = (tree: Tree): Value => {
    const place = placeOf(tree);
    if (place) return f64.load(...at(place));
    switch (tree.kind) {
      case "constant":
        return f64.const(tree.value);
      case "value":
        return tree.value;
      case "sum":
        return sumOf("f64", tree.terms.map(numberTerm));
      case "product":
        return tree.factors.map(number).reduce((total, factor) => f64.mul(total, factor));
      case "other": {
        const operand = (index: number): Tree => tree.operands[index] as Tree;
        return operationCode(tree.operation, tree.operands.length, { number: (index) => number(operand(index)), truth: (index) => truth(operand(index)) });
      }
      default:
        throw new Error("pack: a value is read before it has a place");
    }
  };
  const numberTerm = ({ negative, tree }: Term) => ({ negative, value: () => number(tree) });

  const both = (pair: Pair): Value => {
    switch (pair.kind) {
      case "constant":
        return f64x2.const(pair.value);
      case "value":
        return f64x2.splat(pair.value);
      case "splat":
        return f64x2.loadSplat(...at(pair.place));
      case "load":
        return f64x2.load(...at(pair.place));
      case "sum":
        return sumOf("f64x2", pair.terms.map(pairTerm));
      case "product":
        return pair.factors.map(both).reduce((total, factor) => f64x2.mul(total, factor));
      case "other": {
        const code = pairCode(pair.operation, pair.operands.map(both));
        if (!code) throw new Error(`pack: no code for pairs of "${pair.operation}"`);
        return code;
      }
    }
  };
  const pairTerm = ({ negative, pair }: PairTerm) => ({ negative, value: () => both(pair) });

  const valueOf = (step: PackStep): Value => {
    if (step.kind === "pair") return both(step.pair);
    if (step.kind === "single") return number(step.tree);
    const pairs = f64x2.sumLanes(sumOf("f64x2", step.pairs.map(pairTerm)));
    return step.rest.length === 0 ? pairs : f64.add(pairs, sumOf("f64", step.rest.map(numberTerm)));
  };
  for (const step of steps) {
    const [address, offset] = at(step.place);
    const value = valueOf(step);
    const { add, load } = step.kind === "pair" ? f64x2 : f64;
    b.store(address, step.add ? add(load(address, offset), value) : value, offset);
  }
}

const isLogical = (tree: Tree): boolean => tree.kind === "other" && logical.has(tree.operation);
