import { f32x4, f64, f64x2, i32, mask2, programBuilder } from "../builder.ts";
import type { FunctionBuilder } from "../builder.ts";
import { elementaryName, elementaryUses } from "../program-values.ts";
import type { LaneType, Program, ProgramFunction, Type, Value } from "../program.ts";
import type { Writer } from "./arithmetic.ts";
import { type OwnFunction, type Recipe, isOwn, recipes } from "./functions.ts";

/** Writes into a function of one number, or of pairs. */
const writerOf = (b: FunctionBuilder, type: "f64" | "f64x2"): Writer<Value, Value> => ({
  numbers: type === "f64" ? f64 : f64x2,
  truths: type === "f64" ? { and: i32.and, or: i32.or, not: i32.isZero } : mask2,
  keep: (name, value) => b.local(type, name, value),
  return: (value) => b.return(value),
  unless: (truth, otherwise) => b.if(type === "f64" ? truth : mask2.any(truth), () => b.return(otherwise())),
});

/** Functions that were asked for before: a program takes them as they are. */
const written = new Map<string, readonly ProgramFunction[]>();

/** The own functions for one use, the one it calls first. */
function functionsFor(name: OwnFunction, type: "f64" | LaneType): readonly ProgramFunction[] {
  const key = elementaryName(name, type);
  const known = written.get(key);
  if (known) return known;
  const made = type === "f32x4" ? [ofHalves(name), ...functionsFor(name, "f64x2")] : write(name, type);
  written.set(key, made);
  return made;
}

const parametersOf = (name: OwnFunction, type: Type): Readonly<Record<string, Type>> => (name === "pow" ? { x: type, y: type } : { x: type });

function write(name: OwnFunction, type: "f64" | "f64x2"): readonly ProgramFunction[] {
  const called = elementaryName(name, type);
  const { call } = type === "f64" ? f64 : f64x2;
  const recipe: Recipe = recipes[name];
  const program = programBuilder();
  const add = (as: string, body: (w: Writer<Value, Value>, x: Value, y: Value) => void): void =>
    program.function(as, { parameters: parametersOf(name, type), result: type, exported: false }, (b, { x, y }) => x && body(writerOf(b, type), x, y ?? x));
  add(called, (w, x, y) => recipe.write(w, x, y, (...operands) => call(`${called}, rare`, ...operands.slice(0, name === "pow" ? 2 : 1))));
  if (recipe.rare) add(`${called}, rare`, recipe.rare);
  return program.finish(0).functions;
}

/** A function of f32x4 by way of two pairs: as exact as f32 can be. */
function ofHalves(name: OwnFunction): ProgramFunction {
  const program = programBuilder();
  program.function(elementaryName(name, "f32x4"), { parameters: parametersOf(name, "f32x4"), result: "f32x4", exported: false }, (b, given) => {
    const half = (part: (x: Value) => Value): Value => f64x2.call(elementaryName(name, "f64x2"), ...Object.values(given).map(part));
    b.return(f32x4.join(half(f64x2.low), half(f64x2.high)));
  });
  const [made] = program.finish(0).functions;
  if (!made) throw new Error(`no function of f32x4 was written for "${name}"`);
  return made;
}

/** The program with the elementary functions it calls, but for those that only the host has; a program that calls none comes back as it is. */
export function withElementary(program: Program, uses = elementaryUses(program)): Program {
  const own = new Map<string, ProgramFunction>();
  for (const { name, type } of uses) {
    if (isOwn(name)) for (const each of functionsFor(name, type)) own.set(each.name, each);
  }
  for (const { name } of program.functions) own.delete(name);
  return own.size === 0 ? program : { ...program, functions: [...program.functions, ...own.values()] };
}
