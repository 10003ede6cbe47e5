import type { MathFunction, Program, Statement, Value } from "./program.ts";

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

/** The `Math` functions a program uses. */
export function mathFunctionsOf(program: Program): MathFunction[] {
  const found = new Set<MathFunction>();
  for (const { body } of program.functions) {
    forEachValue(body, (value) => {
      if (value.kind === "math") found.add(value.name);
    });
  }
  return [...found];
}
