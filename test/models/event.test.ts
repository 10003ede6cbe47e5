import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printExpression } from "../../src/kernel/print.ts";
import { networkOf } from "../../src/models/build.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { initialState } from "../../src/models/initial-state.ts";
import type { NetworkEvent } from "../../src/models/network.ts";
import { revise } from "../../src/models/revise.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import type { SystemEvent } from "../../src/models/system.ts";
import { formulas } from "./random-network.ts";

const read = (text: string) => {
  const result = readReactionText(text);
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
};
const problems = (text: string): string[] => (readReactionText(text).problems ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
const systemOf = (text: string) => {
  const result = odeSystem(read(text));
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.system;
};
const printed = ({ target, value, factor, divisor }: SystemEvent["assignments"][number]) => [target, printExpression(value), factor && printExpression(factor), divisor && printExpression(divisor)];
/** Settings that libantimony 3.3.0 gives an event that names none. */
const plain = { initialValue: true, persistent: true, delay: null, valuesFromTriggerTime: true, priority: null };

describe("reading events", () => {
  test("with every setting, in any order", () => {
    const expected: NetworkEvent = {
      id: "E1",
      trigger: "time < 10 && 3 < x",
      initialValue: false,
      persistent: false,
      delay: "5 + k",
      valuesFromTriggerTime: false,
      priority: "max(2, k)",
      assignments: [
        { target: "y", formula: "3" },
        { target: "k", formula: "2*k" },
      ],
    };
    const settings = ["t0 = false", "priority = max(2, k)", "persistent=false", "fromTrigger = false"];
    for (const order of [settings, settings.toReversed()]) {
      expect(read(`x = 1; y = 2; k = 3\nE1: at 5 + k after (x > 3 && time < 10), ${order.join(", ")}: y = 3, k = 2*k;`).events).toEqual([expected]);
    }
  });

  test("what is not written is as in libantimony: true, no delay, no priority; unnamed ones are counted", () => {
    const network = read("x = 1; y = 2; _E1 = 4\nat x > 3: y = 3\nat after (x > 4):\n\n  y = max(1, _E1), x = _E1\n");
    expect(network.events).toEqual([
      { ...plain, id: "_E0", trigger: "3 < x", assignments: [{ target: "y", formula: "3" }] },
      { ...plain, id: "_E2", trigger: "4 < x", assignments: [{ target: "y", formula: "max(1, _E1)" }, { target: "x", formula: "_E1" }] },
    ]);
  });

  test("what an event assigns is not constant, and is declared by it where nothing else does", () => {
    const network = read("compartment C = 1; species S in C; k = 1; q = 2\nat time > 1: C = 2, k = 3, new = 4");
    expect(network.compartments).toEqual([{ id: "C", size: 1, constant: false, unit: null }]);
    expect(network.parameters.map(({ id, constant }) => [id, constant])).toEqual([["k", false], ["q", true], ["new", false]]);
  });

  test("a network without events has no key for them, so that its data stay what they were", () => {
    expect(Object.hasOwn(read("A -> B; 1"), "events")).toBe(false);
    expect(Object.hasOwn(networkOf({ id: "a", species: { A: 1 } }), "events")).toBe(false);
  });

  test("the names of settings stay free for parameters", () => {
    expect(read("t0 = 4; persistent = 2; priority = 3; fromTrigger = 1").parameters).toHaveLength(4);
  });

  test.each([
    ["x = 1\nE: at x > 3", '2:12 expected ":" and assignments'],
    ["x = 1\nE: at x > 3:", "2:13 expected what the event assigns"],
    ["x = 1\nE: at x > 3, later = 2: x = 1", '2:14 expected "t0", "priority", "persistent" or "fromTrigger"'],
    ["x = 1\nE: at x > 3, t0 = 0: x = 1", '2:19 "t0" is either true or false, found "0"'],
    ["x = 1\nE: at x > 3, t0 = false, t0 = true: x = 1", '2:26 "t0" is given a second time'],
    ["x = 1\nE: at x > 3: x = 1, x = 2", '2:1 event "E" assigns "x" twice'],
    ["x = 1\nE: at x > : x = 1", "2:10 found the end"],
    ["x = 1\nE: at x > 3: x := 1", '2:16 expected "="'],
    ["x = 1\nE: at after: x = 1", '2:12 expected a formula, found ":"'],
    ["x = 1\nE: at 2 after x > 3 after x > 4: x = 1", '2:21 expected ":"'],
    ["const k = 1\nE: at time > 1: k = 2", '2:1 event "E" assigns "k", which is constant'],
    ["x := time\nE: at time > 1: x = 2", '2:1 event "E" assigns "x", which an assignment rule sets'],
    ["x = 1\nE: at time > 1: x = 2\nE: at time > 2: x = 3", '3:1 event "E" is defined a second time'],
    ["x = 1\nx: at time > 1: x = 2", '2:1 "x" is already the id of a parameter'],
    ["x = 1\nat: at time > 1: x = 2", '2:3 expected a formula'],
  ])("%j is refused with its place", (text, expected) => {
    expect(problems(text)).toContainEqual(expect.stringContaining(expected));
  });

  test("an unknown target has a suggestion, in a network that was not read", () => {
    const network = { ...read("kinase = 1\nat time > 1: kinase = 2"), events: [{ ...plain, id: "E", trigger: "time > 1", assignments: [{ target: "kinas", formula: "1" }] }] };
    expect(odeSystem(network).problems).toEqual([{ where: "event:E", message: 'event "E" assigns "kinas", which is not declared (did you mean "kinase"?)' }]);
  });
});

test("what is written reads back to the same events, and is written the same again", () => {
  const formula = formulas(["p0", "p1", "S0", "time"]);
  const condition = fc.tuple(formula, fc.constantFrom("<", "<=", ">", ">="), formula, fc.constantFrom("", " && time > 1", " || !(p1 < 2)")).map(([a, sign, b, more]) => `${a} ${sign} ${b}${more}`);
  const event = fc
    .record({ trigger: condition, initialValue: fc.boolean(), persistent: fc.boolean(), valuesFromTriggerTime: fc.boolean(), delay: fc.option(formula), priority: fc.option(formula), targets: fc.subarray(["p0", "p1", "S0", "C0"], { minLength: 1 }), value: formula })
    .map(({ delay, priority, targets, value, ...others }) => ({ ...others, ...(delay === null ? {} : { delay }), ...(priority === null ? {} : { priority }), assignments: Object.fromEntries(targets.map((target) => [target, value])) }));
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), fc.boolean(), (events, boundary) => {
      const network = networkOf({
        id: "random",
        compartments: { C0: 2 },
        species: { S0: { initial: 1, compartment: "C0", boundary } },
        parameters: { p0: 1, p1: {} },
        events: Object.fromEntries(events.map((one, index) => [`E${index}`, one])),
      });
      const text = writeReactionText(network);
      expect(read(text)).toEqual(network);
      expect(writeReactionText(read(text))).toBe(text);
    }),
    { numRuns: 200 },
  );
});

describe("the system of a network with events", () => {
  test("what events assign is a state at rest, with an output; amounts stand where the compartment is assigned", () => {
    const system = systemOf(`
      compartment C = 2; species A in C = 3, $B in C = 5; k = 7; q = k
      J: A + B -> ; C*k*A*B
      E: at time > 1: C = 4, k = 1, B = 6, q = A
    `);
    expect(system.states).toEqual(["A", "B", "k", "q", "C"]);
    expect(system.parameters).toEqual([]);
    expect(Array.from(initialState(system))).toEqual([6, 10, 7, 7, 2]);
    expect(system.rhs.slice(1).every((rate) => rate === system.graph.constant(0))).toBe(true);
    expect(system.outputs.map(({ id }) => id)).toEqual(["A", "B", "k", "q", "C"]);
    expect(printExpression(system.outputs[0]?.expression ?? system.graph.constant(0))).toBe("A/C");
    const [event] = system.events ?? [];
    expect(event?.assignments.map(printed)).toEqual([
      ["C", "4", null, null],
      ["k", "1", null, null],
      ["B", "6", "C", null],
      ["q", "A/C", null, null],
    ]);
  });

  test("a concentration under a rate rule is diluted where its compartment is assigned", () => {
    const text = "compartment C = 2; species $A in C = 3; A' = -A\n";
    expect(systemOf(`${text}E: at time > 1: C = 4`).events?.[0]?.assignments.map(printed)).toEqual([["C", "4", null, null], ["A", "1", "A*C", "C"]]);
    expect(systemOf(`${text}E: at time > 1: A = 5, C = 4`).events?.[0]?.assignments.map(printed)).toEqual([["A", "5", "C", "C"], ["C", "4", null, null]]);
    expect(systemOf(`${text}E: at time > 1: A = 5`).events?.[0]?.assignments.map(printed)).toEqual([["A", "5", null, null]]);
  });

  test("reaction ids, rules and formulas of a trigger are looked up; a number is no condition", () => {
    const text = "A -> ; k*A\nk = 2; A = 1; x := 2*A\n";
    expect(printExpression(systemOf(`${text}E: at _J0 > x: A = 3`).events?.[0]?.trigger ?? systemOf(text).graph.constant(0))).toBe("2*A < k*A");
    const number = odeSystem(read(`${text}E: at x: A = y`));
    expect(number.problems?.map(({ where }) => where)).toEqual(["event:E", "event:E"]);
    expect(number.problems?.[0]?.message).toContain("is a number, not a condition");
    expect(number.problems?.[1]?.message).toContain('"y" is not defined');
  });

  test("a revised network keeps its events, and what they assign can be given another start", () => {
    const network = read("k = 7; at time > 1: k = 1");
    const { network: revised } = revise(network, { k: 9 });
    expect(revised?.events).toEqual(network.events);
    expect(Array.from(initialState(odeSystem(revised ?? network).system ?? systemOf("A -> B; 1")))).toEqual([9]);
  });
});
