import { describe, expect, it } from "vitest";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { bdfWith } from "../../src/solvers/ode/bdf.ts";
import { bdf, kvaerno5 } from "../../src/solvers/ode/index.ts";
import type { AnyOdeMethod } from "../../src/solvers/ode/method.ts";
import { tabulated } from "../../src/solvers/tables/index.ts";
import { expectAgreement, gradientTolerance } from "./gradient-agreement.ts";
import { balance, chain, forcedRates, neural, zooSystem } from "./gradient-systems.ts";
import { problemOf } from "./problems.ts";

const hires = zooSystem("hires");

describe.each<{ name: string; method: AnyOdeMethod }>([
  { name: "kvaerno5", method: kvaerno5 },
  { name: "bdf", method: bdf },
  { name: "bdf with iterative linear systems and rates from tables", method: bdfWith({ linear: "krylov", rates: tabulated }) },
])("the adjoint of $name equals forward sensitivities and differences on the recorded steps", ({ method }) => {
  it("of a system with time in its rates", () => expectAgreement({ system: forcedRates, times: [0, 0.5, 0.75, 2, 2.01, 6], rtol: 1e-4, atol: 1e-6 }, method));
  it("of Robertson's problem", () => expectAgreement({ system: zooSystem("robertson"), times: [0.4, 4, 40, 400], rtol: 1e-4, atol: 1e-8 }, method));
  it("of HIRES", () => expectAgreement({ system: hires, times: [0, 1, 10, 100, 321.8122], rtol: 1e-4, atol: 1e-7, wrt: [...hires.parameters, ...hires.states].filter((_, index) => index % 3 === 0) }, method));
  it("of the Oregonator", () => expectAgreement({ system: zooSystem("oregonator"), times: [1, 10, 25], rtol: 1e-4, atol: 1e-8 }, method));
  it("of a network of tanh units", () => expectAgreement({ system: neural(), times: [0.001, 0.1, 1, 3], rtol: 1e-5, atol: 1e-7, wrt: ["k", "b0", "u1", "v2", "w3", "x", "y"] }, method));
  it.each([1e-6, 1e-10])("of a system at rest, with an absolute tolerance of %d", (atol) => expectAgreement({ system: balance, times: [0.01, 0.1, 1, 30], rtol: 1e-4, atol }, method));
  it("of a long chain across a jump in time", () => expectAgreement({ system: chain(14), times: [0.5, 1.3, 1.4, 5], rtol: 1e-4, atol: 1e-6, wrt: ["V", "K", "source", "y0", "y9"] }, method));
});

it.each(["lu", "krylov"] as const)("transposed systems are solved by %s where states differ by many powers of ten", async (linear) => {
  const solver = await compileAdjoint(balance, { method: bdfWith({ linear }), control: { rtol: 1e-4, atol: 1e-16 } });
  expect(solver.solve(problemOf(balance, [100])).status.status).toBe("done");
  const byState = new Float64Array(3);
  solver.pullBack(Float64Array.of(1, 1, 1), new Float64Array(2), byState);
  // x + z is kept, and w has long forgotten where it began.
  [1, 1, 0].forEach((slope, at) => expect(Math.abs((byState[at] ?? NaN) - slope)).toBeLessThan(gradientTolerance));
});
