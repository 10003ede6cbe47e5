import { operandsOf } from "./program-values.ts";
import type { Statement, Value } from "./program.ts";

/** The same statements with every value replaced by what `replace` makes of it once its operands are replaced; shared values stay shared. */
export function rewriteValues(statements: readonly Statement[], replace: (value: Value) => Value): readonly Statement[] {
  const known = new Map<Value, Value>();
  // A long sum is a deep tree: operands first, from a list, not by recursion.
  const rewrite = (root: Value): Value => {
    const open: Value[] = [root];
    for (let value = open.at(-1); value; value = open.at(-1)) {
      if (known.has(value)) {
        open.pop();
        continue;
      }
      const missing = operandsOf(value).filter((operand) => !known.has(operand));
      if (missing.length > 0) open.push(...missing);
      else {
        known.set(value, replace(withOperands(value, (operand) => known.get(operand) ?? operand)));
        open.pop();
      }
    }
    return known.get(root) ?? root;
  };
  const each = (list: readonly Statement[]): readonly Statement[] =>
    list.map((statement): Statement => {
      switch (statement.kind) {
        case "set":
          return { ...statement, value: rewrite(statement.value) };
        case "store":
          return { ...statement, address: rewrite(statement.address), value: rewrite(statement.value) };
        case "if":
          return { ...statement, condition: rewrite(statement.condition), then: each(statement.then), otherwise: each(statement.otherwise) };
        case "loop":
          return { ...statement, body: each(statement.body) };
        case "call":
          return { ...statement, operands: statement.operands.map(rewrite) };
        case "return":
          return { ...statement, value: statement.value && rewrite(statement.value) };
        case "break":
        case "continue":
          return statement;
      }
    });
  return each(statements);
}

function withOperands(value: Value, of: (operand: Value) => Value): Value {
  switch (value.kind) {
    case "local":
    case "constant":
      return value;
    case "load":
      return { ...value, address: of(value.address) };
    case "unary":
      return { ...value, operand: of(value.operand) };
    case "binary":
    case "comparison":
      return { ...value, left: of(value.left), right: of(value.right) };
    case "select":
      return { ...value, condition: of(value.condition), then: of(value.then), otherwise: of(value.otherwise) };
    case "math":
    case "call":
      return { ...value, operands: value.operands.map(of) };
  }
}
