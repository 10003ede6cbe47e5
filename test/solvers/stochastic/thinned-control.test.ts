import { expect, it, vi } from "vitest";
import { compileThinned } from "../../../src/solvers/stochastic/thinned.ts";
import { networkOfText } from "./networks.ts";

// Bounds that are too small, as a fault in them would make.
vi.mock("../../../src/solvers/stochastic/interval.ts", async (original) => {
  const real = await original<typeof import("../../../src/solvers/stochastic/interval.ts")>();
  const intervalBounds: typeof real.intervalBounds = (expressions, changing) => {
    const bounds = real.intervalBounds(expressions, changing);
    const update = (lookup: (name: string) => number): void => {
      bounds.update(lookup);
      for (let index = 0; index < bounds.high.length; index++) bounds.high[index] *= 0.7;
    };
    return { ...bounds, update };
  };
  return { ...real, intervalBounds };
});

it("a bound that is too small is found out before it bends the law", async () => {
  const { solver } = await compileThinned(networkOfText("J: => X; 5*(1 + 0.9*sin(3*time)); X = 0"));
  const path = solver?.run({ seed: 2026n, times: Float64Array.of(100) });
  expect(path?.status).toMatchObject({ status: "non-finite", worst: "J", hint: expect.stringContaining("above the bound") as string });
});
