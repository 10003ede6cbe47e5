import type { PlannedNode, PlannedNodes } from "./lowering-plan.ts";
import { type Shape, compareShapes, orderer } from "./pack-order.ts";
import { type Pair, type PairTerm, pairCost, pairOf, pairOfTerms, treeCost } from "./pack-pair.ts";
import { type Place, type Root, type Term, type Tree, growTrees, longSum } from "./pack-tree.ts";
import type { Value } from "./program.ts";

/** Where a value is stored: at `address` + `offset` bytes, or added to what stands there. */
export interface StoreTarget {
  readonly address: Value | number;
  readonly offset?: number;
  readonly add?: boolean;
}

/** One store: of two values side by side, of a sum whose terms are taken two at a time, or of a single value. */
export type PackStep = { readonly place: Place; readonly add: boolean } & (
  | { readonly kind: "pair"; readonly pair: Pair }
  | { readonly kind: "sum"; readonly pairs: readonly PairTerm[]; readonly rest: readonly Term[] }
  | { readonly kind: "single"; readonly tree: Tree }
);

export interface Pack {
  readonly steps: readonly PackStep[];
  /** f64 of memory that values stand in between steps. */
  readonly slots: number;
}

/** A pack must save this many operations and this share of them: shared values go through memory, which costs as well. */
const leastSaved = 64;
const largestShare = 0.75;
/** What a store of a value that the code itself reads again costs, in operations. */
const slotCost = 1;
/** Weighted terms, and their share of all operations, below which nothing is tried: dense layers consist of them, reaction networks do not. */
const leastWeighted = 32;
const leastWeightedShare = 0.25;

interface Task {
  readonly tree: Tree;
  readonly level: number;
  readonly root: Root | null;
  readonly place: Place | null;
  readonly add: boolean;
}

/**
 * How to compute several values two at a time; null where that does not pay. Values of one shape stand in groups; neighbours in
 * memory are computed side by side where each of their leaves is the same one or the next one in memory, other long sums by pairs
 * of terms of which the same holds.
 *
 * @source Larsen & Amarasinghe 2000, doi:10.1145/349299.349320 (superword-level parallelism: isomorphic statements, seeded by neighbours in memory)
 */
export function packPlan(planned: PlannedNodes, symbol: (name: string) => Value, target: (index: number) => StoreTarget): Pack | null {
  if (!isDense(planned)) return null;
  const places = planned.outputs.map((_, index) => targetPlace(target(index)));
  if (places.some((place) => place === null)) return null;
  const tasks = tasksOf(planned, symbol, places as readonly Place[], (index) => target(index).add ?? false);
  const order = orderer();
  const steps: PackStep[] = [];
  let slots = 0;
  for (const level of tasks) {
    const groups = new Map<string, (Task & Shape)[]>();
    for (const task of level) {
      const shaped = { ...task, ...order(task.tree) };
      const key = `${shaped.shape} ${task.place ? "output" : "slot"} ${task.add}`;
      const group = groups.get(key);
      if (group) group.push(shaped);
      else groups.set(key, [shaped]);
    }
    for (const group of groups.values()) {
      group.sort((a, b) => (a.place && b.place ? comparePlaces(a.place, b.place) : compareShapes(a, b)));
      const placed = group.map(({ tree, root, place, add }) => {
        const at = place ?? { base: "slots" as const, offset: 8 * slots++ };
        if (root) root.place = at;
        return { tree, place: at, add };
      });
      // Loads of pairs stay aligned.
      slots += slots % 2;
      steps.push(...stepsOf(placed));
    }
  }
  return pays(tasks.flat(), steps) ? { steps, slots } : null;
}

/** Whether there could be anything to gain, at the price of one look at each node: most sums must be of products with factors of their own. */
function isDense({ nodes }: PlannedNodes): boolean {
  let operations = 0;
  let weighted = 0;
  for (const { operation, operands, uses } of nodes) {
    if (uses === 0 || operands.length === 0) continue;
    operations += 1;
    if (operation === "add" || operation === "subtract") weighted += operands.filter(isWeighted).length;
  }
  return weighted >= leastWeighted && weighted >= leastWeightedShare * operations;
}

/** A product with a symbol that nothing else reads, but for a derivative: such as a weight. */
const isWeighted = ({ operation, operands, uses }: PlannedNode): boolean => operation === "multiply" && uses === 1 && operands.some((operand) => operand.operation === "symbol" && operand.uses <= 2);

function targetPlace({ address, offset = 0 }: StoreTarget): Place | null {
  if (typeof address === "number") return { base: null, offset: address + offset };
  if (address.kind === "constant") return { base: null, offset: address.value + offset };
  return address.kind === "local" ? { base: address, offset } : null;
}

const comparePlaces = (one: Place, other: Place): number => one.offset - other.offset;

/** What is stored, level by level. A root that is an output as well stands at its target, unless it is added to what stands there. */
function tasksOf(planned: PlannedNodes, symbol: (name: string) => Value, places: readonly Place[], adds: (index: number) => boolean): Task[][] {
  const { roots, outputs } = growTrees(planned, symbol);
  const levels: Task[][] = [];
  const note = (task: Task): void => {
    while (levels.length <= task.level) levels.push([]);
    levels[task.level]?.push(task);
  };
  for (const root of roots) {
    const own = root.output === null || adds(root.output) ? null : (places[root.output] ?? null);
    note({ tree: root.tree, level: root.level, root, place: own, add: false });
  }
  outputs.forEach(({ tree, level }, index) => {
    const add = adds(index);
    const place = places[index];
    if (place && !(tree.kind === "root" && tree.root.output === index && !add)) note({ tree, level, root: null, place, add });
  });
  return levels;
}

function stepsOf(tasks: readonly { readonly tree: Tree; readonly place: Place; readonly add: boolean }[]): PackStep[] {
  const steps: PackStep[] = [];
  for (let index = 0; index < tasks.length; index++) {
    const [task, next] = [tasks[index], tasks[index + 1]];
    if (!task) break;
    const { tree, place, add } = task;
    const isNext = next?.place.base === place.base && next.place.offset === place.offset + 8;
    const pair = next && isNext ? pairOf(tree, next.tree) : null;
    if (pair) {
      steps.push({ kind: "pair", pair, place, add });
      index += 1;
      continue;
    }
    const sum = tree.kind === "sum" && tree.terms.length >= longSum ? pairTerms(tree.terms) : null;
    steps.push(sum ? { kind: "sum", ...sum, place, add } : { kind: "single", tree, place, add });
  }
  return steps;
}

/** Takes neighbouring terms of a sum together; null when too few can be. */
function pairTerms(terms: readonly Term[]): { readonly pairs: readonly PairTerm[]; readonly rest: readonly Term[] } | null {
  const pairs: PairTerm[] = [];
  const rest: Term[] = [];
  for (let index = 0; index < terms.length; index++) {
    const [term, next] = [terms[index], terms[index + 1]];
    if (!term) break;
    const both = next ? pairOfTerms(term, next) : null;
    if (both) {
      pairs.push(both);
      index += 1;
    } else rest.push(term);
  }
  return pairs.length >= 2 ? { pairs, rest } : null;
}

function pays(tasks: readonly Task[], steps: readonly PackStep[]): boolean {
  const single = tasks.reduce((total, { tree, add }) => total + treeCost(tree) + (add ? 1 : 0), 0);
  const packed = steps.reduce((total, step) => total + stepCost(step) + (step.add ? 1 : 0) + (step.place.base === "slots" ? slotCost : 0), 0);
  return single - packed >= leastSaved && packed <= largestShare * single;
}

/** Operations of one step. */
export function stepCost(step: PackStep): number {
  if (step.kind === "pair") return pairCost(step.pair);
  if (step.kind === "single") return treeCost(step.tree);
  const pairs = step.pairs.reduce((total, { pair }) => total + 1 + pairCost(pair), 0);
  return pairs + step.rest.reduce((total, { tree }) => total + 1 + treeCost(tree), 0);
}
