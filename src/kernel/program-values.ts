import type { LaneType, MathFunction, Program, Statement, Type, Value } from "./program.ts";

/** A value's operands in the order in which WebAssembly evaluates them. */
export function operandsOf(value: Value): readonly Value[] {
  switch (value.kind) {
    case "local":
    case "constant":
      return [];
    case "load":
      return [value.address];
    case "unary":
      return [value.operand];
    case "binary":
    case "comparison":
      return [value.left, value.right];
    case "select":
      return [value.then, value.otherwise, value.condition];
    case "math":
    case "call":
      return value.operands;
  }
}

/** The values a statement itself evaluates, in order; those of its inner statements are not among them. */
function valuesOf(statement: Statement): readonly Value[] {
  switch (statement.kind) {
    case "set":
      return [statement.value];
    case "store":
      return [statement.address, statement.value];
    case "if":
      return [statement.condition];
    case "call":
      return statement.operands;
    case "return":
      return statement.value ? [statement.value] : [];
    case "loop":
    case "break":
    case "continue":
      return [];
  }
}

/** Visits every value under the statements, each shared one once, in no particular order. */
export function forEachValue(statements: readonly Statement[], visit: (value: Value) => void): void {
  const seen = new Set<Value>();
  const walk = (list: readonly Statement[]): void => {
    for (const statement of list) {
      const pending = [...valuesOf(statement)];
      for (let value = pending.pop(); value; value = pending.pop()) {
        if (seen.has(value)) continue;
        seen.add(value);
        visit(value);
        pending.push(...operandsOf(value));
      }
      if (statement.kind === "loop") walk(statement.body);
      if (statement.kind === "if") {
        walk(statement.then);
        walk(statement.otherwise);
      }
    }
  };
  walk(statements);
}

/** Name of the program's own function that stands for an elementary function of a type. */
export const elementaryName = (name: MathFunction, type: Type): string => (type === "f64" ? `math ${name}` : `math ${name} of ${type}`);

/** Whether a function is one that stands for an elementary function, or a part of it. */
export const isElementary = (functionName: string): boolean => functionName.startsWith("math ");

/** An elementary function as a program uses it. */
export interface ElementaryUse {
  readonly name: MathFunction;
  readonly type: "f64" | LaneType;
}

/** The elementary functions a program uses, each with each type once. */
export function elementaryUses(program: Program): readonly ElementaryUse[] {
  const uses = new Map<string, ElementaryUse>();
  for (const { body } of program.functions) {
    forEachValue(body, (value) => void (value.kind === "math" && uses.set(elementaryName(value.name, value.type), { name: value.name, type: value.type })));
  }
  return [...uses.values()];
}

/** The functions of the host's `Math` a program needs, having none of its own for them. */
export function hostFunctionsOf(program: Program, uses: readonly ElementaryUse[]): MathFunction[] {
  const own = new Set(program.functions.map(({ name }) => name));
  const missing = uses.filter(({ name, type }) => !own.has(elementaryName(name, type)));
  return [...new Set(missing.map(({ name }) => name))];
}
