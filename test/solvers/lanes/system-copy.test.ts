import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { reactionTermsOf } from "../../../src/models/reaction-terms.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { copyOfSystem, systemOfCopy } from "../../../src/solvers/lanes/system-copy.ts";
import { auto, bdf, odex, rodas5p, tsit5 } from "../../../src/solvers/ode/index.ts";
import { systemFrom } from "../ode/event-model.ts";

const size = 120;
const systems = {
  small: systemFrom("A = 1; B = 0; k = 0.7; v = 2; n = 0\nR1: A -> B; k*A/(1 + B)\nR2: B -> ; 0.2*B^1.5*sqrt(v)\nv' = -0.1*v*(A - 2)\nE: at 0.5*k after A < 0.4, priority = 1/v: A = A + 1, n = n + 1\nF: at time >= 3: B = 0"),
  large: systemFrom([...Array.from({ length: size }, (_, i) => `S${i} = ${1 + (i % 5)}; R${i}: S${i} + S${(i + 7) % size} -> S${(i + 1) % size}; k*S${i}*S${(i + 7) % size}`), "k = 0.3", `E: at S0 < 0.2: S0 = S0 + 1`].join("\n")),
};

describe.each(Object.entries(systems))("a copy of a %s system", (_name, system) => {
  const copied = systemOfCopy(structuredClone(copyOfSystem(system)));

  it.each([tsit5, rodas5p, bdf, auto, odex])("gives the same bits by $facts.id", async (method) => {
    const parameters = Float64Array.from(system.parameterValues);
    const problem = { parameters, state: initialState(system, parameters), times: Float64Array.of(0, 1, 5) };
    const [own, other] = await Promise.all([system, copied].map(async (each) => (await compileSolver(each, { method })).solve(problem)));
    expect(own?.status).toEqual({ status: "done" });
    expect(other).toEqual(own);
  });

  it("keeps the terms of the rates, and is the same when copied again", () => {
    expect(reactionTermsOf(copied)?.count).toBe(reactionTermsOf(system)?.count);
    expect(copyOfSystem(copied)).toEqual(copyOfSystem(systemOfCopy(copyOfSystem(copied))));
    expect(copied.events?.map(({ id }) => id)).toEqual(system.events?.map(({ id }) => id));
  });
});
