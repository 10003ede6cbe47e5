import type { FunctionBuilder } from "./builder.ts";
import { f64x2 } from "./builder.ts";
import type { Local, Value } from "./program.ts";
import { valueWidener } from "./widen-value.ts";

const refuse = (what: string): never => {
  throw new Error(`pairs: ${what} cannot be computed for two elements at once`);
};

/**
 * Writes the code for two neighbouring elements where `element` writes it for one, and gives their pair: what it loads at
 * `pointer` becomes two f64 in a row, what it sets is set for both, everything else is the same for both.
 *
 * @throws Error when an element calls a function, branches, or does more with the pointer than load there.
 */
export function writePair(b: FunctionBuilder, pointer: Local, element: () => Value): Value {
  let value: Value | null = null;
  const statements = b.collect(() => {
    value = element();
  });
  const pairs = new Map<number, Local>();
  const values = valueWidener({
    lanes: "f64x2",
    refuse,
    local(local) {
      if (local.index === pointer.index) return refuse("an address other than the pointer itself");
      const pair = pairs.get(local.index);
      return pair ? { value: pair, varies: true } : { value: local, varies: false };
    },
    load: (load, address) => ({ value: { ...load, address }, varies: false }),
    pointed: (load) => (load.type === "f64" && load.address.kind === "local" && load.address.index === pointer.index ? { value: f64x2.load(pointer, load.offset), varies: true } : null),
    call: (call) => refuse(`a call of "${call.name}"`),
  });
  for (const statement of statements) {
    if (statement.kind !== "set" || statement.target.type !== "f64") return refuse(`"${statement.kind}"`);
    const pair = values.numbers(statement.value);
    const target = pairs.get(statement.target.index) ?? b.local("f64x2", statement.target.name);
    if (!pairs.has(statement.target.index)) {
      pairs.set(statement.target.index, target);
      values.forget();
    }
    b.set(target, pair);
  }
  return value === null ? refuse("nothing") : values.numbers(value);
}
