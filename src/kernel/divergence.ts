import { operandsOf } from "./program-values.ts";
import type { ProgramFunction, Statement, Value } from "./program.ts";

/** Where the lanes of a scalar function would part when each f64 in it is one number per lane. */
export interface Divergence {
  /** Indices of i32 locals that hold a truth of their own in each lane. */
  readonly truths: ReadonlySet<number>;
  /** Labels of loops that lanes leave at different times. */
  readonly loops: ReadonlySet<number>;
  /** Whether some lanes may return before others. */
  readonly returns: boolean;
  /** Whether a value differs between lanes. */
  varies(value: Value): boolean;
}

/** A stretch of statements that only some lanes go through, by position. */
interface Region {
  readonly start: number;
  end: number;
  readonly kind: "branch" | "loop";
  /** Start of each loop around it, by position. */
  readonly loops: readonly number[];
}

interface Occurrence {
  readonly position: number;
  readonly isSet: boolean;
  readonly region: Region | null;
}

/** Finds what differs between lanes in a function, to a fixed point: a truth decides a branch, a branch decides a truth. */
export function divergenceOf(owner: ProgramFunction): Divergence {
  const truths = new Set<number>();
  const loops = new Set<number>();
  let returns = false;
  let memo = new Map<Value, boolean>();
  const varies = (value: Value): boolean => {
    const known = memo.get(value);
    if (known !== undefined) return known;
    const result = value.kind === "local" ? value.type !== "i32" || truths.has(value.index) : ((value.kind === "load" || value.kind === "call") && value.type === "f64") || operandsOf(value).some(varies);
    memo.set(value, result);
    return result;
  };

  for (let before = -1; before < truths.size + loops.size; ) {
    before = truths.size + loops.size;
    memo = new Map();
    const occurrences = new Map<number, Occurrence[]>();
    let position = 0;
    const note = (index: number, isSet: boolean, region: Region | null): void => {
      const list = occurrences.get(index) ?? [];
      list.push({ position: position++, isSet, region });
      occurrences.set(index, list);
    };
    const read = (values: readonly Value[], region: Region | null): void => {
      const open = [...values];
      for (let value = open.pop(); value; value = open.pop()) {
        if (value.kind === "local" && value.type === "i32") note(value.index, false, region);
        open.push(...operandsOf(value));
      }
    };
    /** `around`: open loops, with how many regions were open where each began. */
    const walk = (list: readonly Statement[], regions: readonly Region[], around: readonly { readonly label: number; readonly start: number; readonly depth: number }[]): void => {
      const region = regions.at(-1) ?? null;
      const inside = (kind: Region["kind"], body: (regions: readonly Region[]) => void): void => {
        const opened: Region = { start: position, end: Infinity, kind, loops: around.map(({ start }) => start) };
        body([...regions, opened]);
        opened.end = position;
      };
      for (const statement of list) {
        switch (statement.kind) {
          case "set":
            read([statement.value], region);
            if (statement.target.type === "i32") {
              note(statement.target.index, true, region);
              if (varies(statement.value)) truths.add(statement.target.index);
            }
            break;
          case "store":
            read([statement.address, statement.value], region);
            break;
          case "call":
            read(statement.operands, region);
            break;
          case "return":
            if (statement.value) read([statement.value], region);
            if (regions.length > 0) returns = true;
            break;
          case "if":
            read([statement.condition], region);
            for (const branch of [statement.then, statement.otherwise]) {
              if (varies(statement.condition)) inside("branch", (open) => walk(branch, open, around));
              else walk(branch, regions, around);
            }
            break;
          case "loop": {
            const enter = (open: readonly Region[]): void => walk(statement.body, open, [...around, { label: statement.label, start: position, depth: open.length }]);
            if (loops.has(statement.label)) inside("loop", enter);
            else enter(regions);
            break;
          }
          case "break": {
            const at = around.findIndex(({ label }) => label === statement.label);
            // Lanes that leave a loop leave all loops inside it.
            if (regions.length > (around[at]?.depth ?? 0)) for (const { label } of around.slice(at)) loops.add(label);
            break;
          }
          case "continue":
            break;
        }
      }
    };
    walk(owner.body, [], []);
    for (const [index, list] of occurrences) if (!truths.has(index) && list.some((each) => each.isSet && each.region && !isConfined(list, each.region))) truths.add(index);
  }
  memo = new Map();
  return { truths, loops, returns, varies };
}

/**
 * Whether what a region does to a local is seen by no lane that did not go through it: read in straight order, the local
 * is set anew inside the region (a loop's counter before it), after it, and whenever a loop around comes round again.
 */
function isConfined(list: readonly Occurrence[], { start, end, kind, loops }: Region): boolean {
  const nextIsSet = (from: number): boolean => list.find(({ position }) => position >= from)?.isSet ?? true;
  return (kind === "loop" || nextIsSet(start)) && nextIsSet(end) && loops.every(nextIsSet);
}
