import { operandsOf } from "./program-values.ts";
import type { Program, ProgramFunction, Statement, Value } from "./program.ts";
import { type FindFunction, callFault, headFault, placeFault, programFault, returnFault, setFault, valueFault } from "./well-formed.ts";

/**
 * Checks types, locals, labels and calls of a program, so that the back ends need not.
 *
 * @throws Error at the first fault, naming the function and the statement's path in its body.
 */
export function validateProgram(program: Program): void {
  const fault = programFault(program);
  if (fault !== null) throw new Error(`program: ${fault}`);
  const functions = new Map(program.functions.map((each) => [each.name, each]));
  for (const each of program.functions) validateFunction(each, (name) => functions.get(name));
}

function validateFunction(owner: ProgramFunction, find: FindFunction): void {
  let path = "declaration";
  const refuse = (fault: string | null): void => {
    if (fault !== null) throw new Error(`program: function "${owner.name}", ${path}: ${fault}`);
  };
  refuse(headFault(owner));

  // Values may be shared between statements; each is checked once, with a work list because trees may be deep.
  const checked = new Set<Value>();
  const check = (...values: readonly Value[]): void => {
    const pending = [...values];
    for (let value = pending.pop(); value; value = pending.pop()) {
      if (checked.has(value)) continue;
      checked.add(value);
      refuse(valueFault(value, owner, find));
      pending.push(...operandsOf(value));
    }
  };

  const openLabels = new Set<number>();
  const checkStatements = (statements: readonly Statement[], where: string): void => {
    statements.forEach((statement, position) => {
      path = `${where}[${position}] (${statement.kind})`;
      const inner = `${where}[${position}]`;
      switch (statement.kind) {
        case "set":
          refuse(setFault(statement));
          return check(statement.target, statement.value);
        case "store":
          refuse(placeFault(statement.address, statement.offset, statement.value.type, statement.single));
          return check(statement.address, statement.value);
        case "if":
          refuse(statement.condition.type === "i32" ? null : `a condition must be i32, got ${statement.condition.type}`);
          check(statement.condition);
          checkStatements(statement.then, `${inner}.then`);
          return checkStatements(statement.otherwise, `${inner}.otherwise`);
        case "loop":
          refuse(openLabels.has(statement.label) ? `loop label ${statement.label} is already open` : null);
          openLabels.add(statement.label);
          checkStatements(statement.body, `${inner}.body`);
          openLabels.delete(statement.label);
          return;
        case "break":
        case "continue":
          return refuse(openLabels.has(statement.label) ? null : `no open loop has label ${statement.label}`);
        case "call":
          refuse(callFault(statement.name, statement.operands, null, find));
          return check(...statement.operands);
        case "return":
          refuse(returnFault(statement, owner));
          if (statement.value) check(statement.value);
      }
    });
  };
  checkStatements(owner.body, "body");
}
