import { describe, expect, test } from "vitest";
import { odeSystem } from "../../src/models/compile.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { revise } from "../../src/models/revise.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";

const text = "model m\ncompartment C = 2; species A in C, B in C; A -> B; k*A; k = 1; kk = 2*k; A = 10/C; B = kk; x := A\nend";
const network = (() => {
  const result = readReactionText(text);
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
})();

describe("revise", () => {
  test("reaches parameters, compartments and initial values, and leaves the original alone", () => {
    const before = JSON.stringify(network);
    const { network: revised } = revise(network, { k: 0, C: 3, A: 4, B: "A*k + 1" });
    expect(revised?.parameters[0]?.value).toBe(0);
    expect(revised?.compartments[0]?.size).toBe(3);
    expect(revised?.species[0]).toMatchObject({ initial: 4, initialKind: "concentration" });
    expect(revised?.initialAssignments).toEqual([
      { target: "kk", formula: "2*k" },
      { target: "B", formula: "1 + k*A" },
    ]);
    expect(JSON.stringify(network)).toBe(before);
    expect(revised && readReactionText(writeReactionText(revised)).network).toEqual(revised);
  });

  test("a number replaces an initial assignment, and acts before the others are evaluated", () => {
    const { network: revised } = revise(network, { kk: 7 });
    expect(revised?.initialAssignments).toEqual([{ target: "B", formula: "kk" }]);
    const { system } = odeSystem(revise(network, { k: 5 }).network ?? network);
    expect(system?.parameterValues[0]).toBe(5);
    expect(system?.initialState.map(printExpression)).toEqual(["10/C", "2*k"]);
  });

  test("nothing changed is the same network", () => {
    expect(revise(network, {}).network).toEqual(network);
  });

  test("all problems at once", () => {
    const { problems } = revise(network, { kx: 1, x: 2, k: "2*", C: Number.NaN });
    expect(problems?.map(({ message }) => message)).toEqual([
      expect.stringContaining('there is no parameter, compartment or species "kx" (did you mean "k'),
      expect.stringContaining('"x" is set by an assignment rule'),
      expect.stringContaining('"k = 2*": column 3'),
      expect.stringContaining('the value of "C" is not a finite number'),
    ]);
  });
});
