import type { FormulaText, NamedToken, Run } from "./cursor.ts";
import { Cursor, StatementError, formulaUpTo, shown } from "./cursor.ts";
import type { Source } from "./lexer.ts";

/** `NAME: at DELAY after TRIGGER, t0 = false, priority = 2: x = formula, y = formula` as written. */
export interface EventStatement {
  readonly kind: "event";
  readonly name: NamedToken | null;
  readonly offset: number;
  readonly trigger: FormulaText;
  readonly delay: FormulaText | null;
  readonly priority: FormulaText | null;
  readonly initialValue: boolean;
  readonly persistent: boolean;
  readonly valuesFromTriggerTime: boolean;
  readonly assignments: readonly { readonly target: NamedToken; readonly formula: FormulaText }[];
}

/** Settings of an event that are true unless they are written. */
const switches = { t0: "initialValue", persistent: "persistent", fromTrigger: "valuesFromTriggerTime" } as const;
const isSwitch = (name: string): name is keyof typeof switches => Object.hasOwn(switches, name);

/** Whether a statement is an event: `at ...` or `NAME: at ...`. */
export const startsEvent = ({ tokens }: Run): boolean => tokens[0]?.text === "at" || (tokens[1]?.text === ":" && tokens[2]?.text === "at");

/** Reads one event. @throws StatementError where it is not one. */
export function readEvent(source: Source, run: Run): EventStatement {
  const cursor = new Cursor(run);
  const offset = cursor.token.offset;
  let name: NamedToken | null = null;
  if (cursor.token.text !== "at") {
    name = cursor.name("an event");
    cursor.take();
  }
  cursor.take();
  let delay: FormulaText | null = null;
  let trigger: FormulaText | null = null;
  // `at after (x > 3)` has no delay, as in libantimony.
  if (!cursor.takeIf("after")) {
    trigger = formulaUpTo(source, cursor, [":", ",", "after"]);
    if (cursor.takeIf("after")) delay = trigger;
  }
  if (delay || !trigger) trigger = formulaUpTo(source, cursor, [":", ",", "after"]);

  const settings = { initialValue: true, persistent: true, valuesFromTriggerTime: true };
  let priority: FormulaText | null = null;
  const seen = new Set<string>();
  while (cursor.takeIf(",")) {
    const setting = cursor.token;
    if (setting.text !== "priority" && !isSwitch(setting.text)) {
      throw new StatementError(setting.offset, `expected "t0", "priority", "persistent" or "fromTrigger" before the ":" of an event, found ${shown(setting)}`);
    }
    if (seen.has(setting.text)) throw new StatementError(setting.offset, `"${setting.text}" is given a second time; keep one`);
    seen.add(setting.text);
    cursor.take();
    if (!cursor.takeIf("=")) throw new StatementError(cursor.token.offset, `expected "=" after "${setting.text}", found ${shown(cursor.token)}`);
    const value = formulaUpTo(source, cursor, [":", ","]);
    if (!isSwitch(setting.text)) priority = value;
    else if (value.text === "true" || value.text === "false") settings[switches[setting.text]] = value.text === "true";
    else throw new StatementError(value.offset, `"${setting.text}" is either true or false, found "${value.text}"`);
  }
  if (!cursor.takeIf(":")) throw new StatementError(cursor.token.offset, `expected ":" and assignments after the trigger of an event, found ${shown(cursor.token)}`);

  const assignments: { target: NamedToken; formula: FormulaText }[] = [];
  do {
    const target = cursor.name("what the event assigns (a species, parameter or compartment)");
    if (!cursor.takeIf("=")) throw new StatementError(cursor.token.offset, `expected "=" after "${target.id}", found ${shown(cursor.token)}`);
    assignments.push({ target, formula: formulaUpTo(source, cursor, [","]) });
  } while (cursor.takeIf(","));
  return { kind: "event", name, offset, trigger, delay, priority, ...settings, assignments };
}
