import { operandsOf } from "./program-values.ts";
import type { ProgramFunction, Statement, Value } from "./program.ts";

/** A setting or reading of a local: where it stands, in which lists of statements and in which loops. */
interface Occurrence {
  readonly lists: readonly object[];
  readonly loops: readonly object[];
}

/**
 * Indices of f64 locals that never outlive the list of statements they are set in: each reading is of what was set last
 * above it, in the same list or around it, with no other setting in a loop between. Lanes that are elsewhere need not keep theirs.
 */
export function passingLocals(owner: ProgramFunction): ReadonlySet<number> {
  const lasting = new Set(owner.parameters.map(({ index }) => index));
  const sets = new Map<number, Occurrence[]>();
  const reads: { readonly index: number; readonly at: Occurrence; readonly from: Occurrence }[] = [];
  const read = (values: readonly Value[], at: Occurrence): void => {
    const open = [...values];
    for (let value = open.pop(); value; value = open.pop()) {
      if (value.kind === "local" && value.type === "f64") {
        const from = sets.get(value.index)?.at(-1);
        if (!from || !at.lists.includes(from.lists.at(-1) ?? at)) lasting.add(value.index);
        else if (from.loops.length < at.loops.length) reads.push({ index: value.index, at, from });
      }
      open.push(...operandsOf(value));
    }
  };
  const walk = (list: readonly Statement[], around: readonly object[], loops: readonly object[]): void => {
    const at: Occurrence = { lists: [...around, list], loops };
    for (const statement of list) {
      if (statement.kind === "set") {
        read([statement.value], at);
        if (statement.target.type === "f64") {
          const known = sets.get(statement.target.index);
          if (known) known.push(at);
          else sets.set(statement.target.index, [at]);
        }
      } else if (statement.kind === "store") read([statement.address, statement.value], at);
      else if (statement.kind === "call") read(statement.operands, at);
      else if (statement.kind === "return" && statement.value) read([statement.value], at);
      else if (statement.kind === "loop") walk(statement.body, at.lists, [...loops, statement]);
      else if (statement.kind === "if") {
        read([statement.condition], at);
        walk(statement.then, at.lists, loops);
        walk(statement.otherwise, at.lists, loops);
      }
    }
  };
  walk(owner.body, [], []);
  for (const { index, at, from } of reads) {
    const between = at.loops.slice(from.loops.length);
    if (sets.get(index)?.some((set) => between.some((loop) => set.loops.includes(loop)))) lasting.add(index);
  }
  return new Set([...sets.keys()].filter((index) => !lasting.has(index)));
}
