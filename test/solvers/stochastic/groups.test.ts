import { describe, expect, it } from "vitest";
import { programBuilder } from "../../../src/kernel/builder.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import type { Program } from "../../../src/kernel/program.ts";
import { reactionSystem } from "../../../src/models/compile.ts";
import { channelsOf } from "../../../src/solvers/stochastic/channel.ts";
import { compositionRejection } from "../../../src/solvers/stochastic/composition-rejection.ts";
import { direct } from "../../../src/solvers/stochastic/direct.ts";
import type { StochasticMethod } from "../../../src/solvers/stochastic/method.ts";
import { nextReaction } from "../../../src/solvers/stochastic/next-reaction.ts";
import { rejection } from "../../../src/solvers/stochastic/rejection.ts";
import { stochasticMemory } from "../../../src/solvers/stochastic/scene.ts";
import { chiSquare, chiSquareQuantile, histogram, networkOfText, oneInTenThousand, solverOf } from "./networks.ts";

const flow = (steps: number): string =>
  [`J0: => S1; 10`, ...Array.from({ length: steps }, (_, at) => `J${at + 1}: S${at + 1} => ${at + 1 < steps ? `S${at + 2}` : ""}; S${at + 1}`), ...Array.from({ length: steps }, (_, at) => `S${at + 1} = 10`)].join("; ");

/** What a method writes for a flow through so many steps. */
function written(method: StochasticMethod, steps: number): { readonly program: Program; readonly bytes: number } {
  const network = networkOfText(flow(steps));
  const compiled = reactionSystem(network);
  if (compiled.problems) throw new Error(compiled.problems[0]?.message);
  const { system } = compiled;
  const found = channelsOf(network, system, 1, undefined, compiled);
  if (found.problems) throw new Error(found.problems[0]?.message);
  const { channels } = found;
  const [program, layout] = [programBuilder(), memoryLayout()];
  const memory = stochasticMemory(layout, { parameters: system.parameters.length, states: system.states.length, channels: channels.length });
  method.write({ program, layout, scene: { system, channels, outputs: [], memory, unrolledChannels: 40 } });
  return { program: program.finish(layout.bytes), bytes: layout.bytes };
}

describe.each([direct, nextReaction, compositionRejection, rejection])("$facts.id on large networks", (method) => {
  it("writes a program of the same size whatever the network, and memory in proportion to it", () => {
    const [small, large, larger] = [250, 500, 1000].map((steps) => written(method, steps));
    if (!small || !large || !larger) throw new Error("three sizes were asked for");
    const shape = ({ program }: typeof small): string => JSON.stringify(program.functions, (_, value: unknown) => (typeof value === "number" ? 0 : value));
    expect(shape(larger)).toBe(shape(small));
    // A tree's leaves are a power of two: each of these numbers of channels is just below one.
    expect((larger.bytes - large.bytes) / (large.bytes - small.bytes)).toBeCloseTo(2, 1);
    expect((larger.bytes - large.bytes) / 500).toBeLessThan(1000);
  });
});

describe.each([compositionRejection, rejection])("$facts.id where propensities outgrow their groups", (method) => {
  it("growth from one molecule has its geometric law, and another rate would be seen", async () => {
    const solver = await solverOf("J: X => 2 X; k*X; k = 1; X = 1", { method });
    const time = 3;
    const runs = 6000;
    const counts = histogram(Array.from({ length: runs }, (_, index) => solver.run({ seed: 11n, index, times: Float64Array.of(time) }).molecules[0] ?? NaN));
    const geometric = (rate: number) => (n: number): number => (n < 1 ? 0 : Math.exp(-rate * time) * (1 - Math.exp(-rate * time)) ** (n - 1));
    const right = chiSquare(counts, geometric(1), 400);
    const wrong = chiSquare(counts, geometric(1.05), 400);
    expect(right.freedom).toBeGreaterThan(40);
    expect(right.statistic).toBeLessThan(chiSquareQuantile(right.freedom, oneInTenThousand));
    expect(wrong.statistic).toBeGreaterThan(chiSquareQuantile(wrong.freedom, oneInTenThousand));
  });
  it("a network whose fastest channels change is the same path on both targets", async () => {
    const text = "Grow: X => 2 X; 2*X; Eat: X + Y => 2 Y; 0.01*X*Y; Die: Y => ; Y; Pair: 2 Y => Z; 1e-4*Y^2; X = 3; Y = 1; Z = 0";
    const times = Float64Array.of(1, 2, 4, 6);
    const [wasm, javascript] = [await solverOf(text, { method }), await solverOf(text, { method, target: "javascript" })].map((solver) => solver.run({ seed: 5n, times }));
    expect(wasm?.events).toBeGreaterThan(1000);
    expect(javascript).toEqual(wasm);
  });
});

describe("what is recorded of many species", () => {
  it("molecule numbers and what is computed of them stand in their columns", async () => {
    const solver = await solverOf(`${flow(40)}; half := S3/2; species $F; F = 7`, { method: compositionRejection, record: "molecules" });
    const path = solver.run({ seed: 3n, times: Float64Array.of(0.5, 2) });
    const width = solver.outputs.length;
    for (const row of [0, 1]) {
      const recorded = new Map(solver.outputs.map(({ id }, column) => [id, path.outputs[row * width + column]]));
      solver.states.forEach((id, state) => expect(recorded.get(id)).toBe(path.molecules[row * solver.states.length + state]));
      expect(recorded.get("half")).toBe((recorded.get("S3") ?? NaN) / 2);
      expect(recorded.get("F")).toBe(7);
    }
  });
});
