import { expect, test } from "vitest";
import { runProtocol } from "../../src/experiments/flow.ts";
import { instrument } from "../../src/experiments/perturbation.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { readReactionText } from "../../src/models/text.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/index.ts";

const protocol = (...durations: readonly number[]) => ({ id: "p", segments: durations.map((duration) => ({ duration, perturbations: [], medium: {} })) });

test("a protocol of one segment follows events; one of several, which would forget what waits, is refused by name", async () => {
  const { network } = readReactionText("A -> ; k*A; k = 1; A = 1\ndose: at 0.5 after time >= 1: A = 10");
  const made = network && instrument(network, []);
  if (!made || "problems" in made) throw new Error("the network cannot be instrumented");
  const { system } = odeSystem(made.network);
  if (!system) throw new Error("the network cannot be compiled");
  const solver = await compileSolver(system, { method: tsit5 });
  const problem = { times: Float64Array.of(1.4, 1.5) };
  const one = runProtocol(solver, made, protocol(2), problem);
  if ("problems" in one) throw new Error(JSON.stringify(one.problems));
  expect(one.trajectory.values[1 * system.states.length]).toBe(10);
  const two = runProtocol(solver, made, protocol(1.2, 1), problem);
  expect("problems" in two && two.problems).toEqual([{ path: ["segments"], message: expect.stringContaining('events ("dose") are not carried from one segment to the next') }]);
});
