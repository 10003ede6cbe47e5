import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import { compileInteractionNetwork, interactionShape, type InteractionShape, type NodeRole, type Precision } from "../../src/hybrid/interaction-network.ts";
import { lanesOf } from "../../src/hybrid/interaction-network/lanes.ts";
import { stream } from "../../src/numerics/random.ts";
import { reference } from "./interaction-reference.ts";

const step = 0.1;
/** Sums of some hundred terms over some hundred steps, in roundings of each arithmetic. */
const arithmeticError: Readonly<Record<Precision, number>> = { f64: 1e-12, f64x2: 1e-12, f32x4: 5e-5 };
const precisions: readonly Precision[] = ["f64", "f64x2", "f32x4"];

const rolesOf = (nInternal: number, nReadout: number, nInput: number): readonly NodeRole[] => [
  ...Array.from({ length: nInternal }, (): NodeRole => "internal"),
  ...Array.from({ length: nReadout }, (): NodeRole => "readout"),
  ...Array.from({ length: nInput }, (): NodeRole => "input"),
];

interface Case {
  readonly shape: InteractionShape;
  readonly parameters: Float64Array;
  readonly inputs: Float64Array;
  readonly responses: Float64Array;
}

/** A random network with some conditions; inputs act on input nodes alone. */
function randomCase(roles: readonly NodeRole[], seed: number, nCondition: number): Case {
  const shape = interactionShape(roles);
  const draw = stream(BigInt(seed), "test", 0);
  const n = roles.length;
  const scale = 1 / Math.sqrt(n);
  const parameters = new Float64Array(shape.edges.length + 2 * n);
  for (let place = 0; place < parameters.length; place++) parameters[place] = place < shape.edges.length ? scale * draw.normal() : 0.5 + draw.uniform();
  const inputs = new Float64Array(nCondition * n);
  const responses = new Float64Array(nCondition * n);
  for (let place = 0; place < inputs.length; place++) {
    inputs[place] = roles[place % n] === "input" ? draw.normal() : 0;
    responses[place] = 0.5 * draw.normal();
  }
  return { shape, parameters, inputs, responses };
}

const row = (values: Float64Array, index: number, n: number): number[] => [...values.subarray(index * n, (index + 1) * n)];
const largest = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

const shapes = fc.record({ internal: fc.integer({ min: 1, max: 13 }), readout: fc.nat(4), input: fc.nat(5), seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 30 }) });

describe("the allowed interactions", () => {
  it("are CellBox's: 8036 of 99 x 99", () => {
    const shape = interactionShape(rolesOf(82, 5, 12));
    expect(shape.edges.length).toBe(82 * (81 + 12) + 5 * 82);
    for (const { receiver, sender } of shape.edges) {
      expect(receiver).not.toBe(sender);
      expect(shape.roles[receiver]).not.toBe("input");
      expect(shape.roles[sender]).not.toBe("readout");
      expect([shape.roles[receiver], shape.roles[sender]]).not.toEqual(["readout", "input"]);
    }
  });
});

describe.each(precisions)("a compiled network in %s", (precision) => {
  it("agrees with the plain reference: states, error and gradient", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ internal, readout, input, seed, steps }) => {
        const { shape, parameters, inputs, responses } = randomCase(rolesOf(internal, readout, input), seed, lanesOf[precision].width);
        const n = shape.roles.length;
        const network = await compileInteractionNetwork(shape, { step, precision });
        network.setParameters(parameters);
        const rows = Array.from({ length: network.lanes }, (_, index) => index);
        const expected = rows.map((index) => reference(shape, parameters, row(inputs, index, n), row(responses, index, n), steps, step));
        const states = new Float64Array(network.lanes * n);
        network.solveInto(states, inputs, rows, steps);
        const gradient = new Float64Array(parameters.length);
        const error = network.addGradient(gradient, { inputs, responses }, rows, steps, 0.5);
        const tolerance = arithmeticError[precision];
        rows.forEach((index) => expect(largest(row(states, index, n).map((value, node) => value - (expected[index]?.state[node] ?? Number.NaN)))).toBeLessThan(tolerance));
        const summed = expected.reduce((sum, each) => sum + each.error, 0);
        expect(Math.abs(error / summed - 1)).toBeLessThan(tolerance);
        const total = Array.from(parameters, (_, place) => 0.5 * expected.reduce((sum, each) => sum + (each.gradient[place] ?? 0), 0));
        expect(largest(total.map((each, place) => each - (gradient[place] ?? Number.NaN)))).toBeLessThan(tolerance * (1 + largest(total)));
      }),
      { numRuns: 25 },
    );
  });

  it("gives a condition the same bits in any lane and any company", async () => {
    const { shape, parameters, inputs, responses } = randomCase(rolesOf(9, 2, 3), 7, 6);
    const n = shape.roles.length;
    const network = await compileInteractionNetwork(shape, { step, precision });
    network.setParameters(parameters);
    const states = new Float64Array(network.lanes * n);
    const alone = [0, 1, 2, 3, 4, 5].map((index) => {
      network.solveInto(states, inputs, [index], 25);
      return row(states, 0, n);
    });
    const rows = [5, 3, 1, 0].slice(0, network.lanes);
    network.addGradient(new Float64Array(parameters.length), { inputs, responses }, [2], 40, 1);
    network.solveInto(states, inputs, rows, 25);
    rows.forEach((index, lane) => expect(row(states, lane, n)).toEqual(alone[index]));
    expect(() => network.solveInto(states, inputs, Array.from({ length: network.lanes + 1 }, () => 0), 1)).toThrow(`${network.lanes + 1} conditions at once`);
  });

  it("takes more steps than one call may", async () => {
    const { shape, parameters, inputs, responses } = randomCase(rolesOf(5, 1, 2), 3, 1);
    const n = shape.roles.length;
    const network = await compileInteractionNetwork(shape, { step, precision });
    network.setParameters(parameters);
    const expected = reference(shape, parameters, row(inputs, 0, n), row(responses, 0, n), 257, step);
    const gradient = new Float64Array(parameters.length);
    network.addGradient(gradient, { inputs, responses }, [0], 257, 1);
    expect(largest(expected.gradient.map((each, place) => each - (gradient[place] ?? Number.NaN)))).toBeLessThan(arithmeticError[precision] * (1 + largest(expected.gradient)));
  });
});

describe("the gradient", () => {
  it("is that of the computed error: central differences agree to 1e-6", async () => {
    const differenceTolerance = 1e-6;
    await fc.assert(
      fc.asyncProperty(shapes, async ({ internal, readout, input, seed, steps }) => {
        const { shape, parameters, inputs, responses } = randomCase(rolesOf(internal, readout, input), seed, 1);
        const n = shape.roles.length;
        const network = await compileInteractionNetwork(shape, { step, precision: "f64" });
        const errorAt = (place: number, change: number): number => {
          const moved = parameters.slice();
          moved[place] = (moved[place] ?? 0) + change;
          network.setParameters(moved);
          const states = new Float64Array(n);
          network.solveInto(states, inputs, [0], steps);
          return states.reduce((sum, value, node) => sum + (value - (responses[node] ?? 0)) ** 2, 0);
        };
        network.setParameters(parameters);
        const gradient = new Float64Array(parameters.length);
        network.addGradient(gradient, { inputs, responses }, [0], steps, 1);
        const scale = 1 + largest(gradient);
        const width = 1e-4;
        for (let place = 0; place < parameters.length; place += 1 + Math.floor(parameters.length / 20)) {
          // Four points: the error of the difference is of the fourth power of its width.
          const difference = (8 * (errorAt(place, width) - errorAt(place, -width)) - (errorAt(place, 2 * width) - errorAt(place, -2 * width))) / (12 * width);
          expect(Math.abs(difference - (gradient[place] ?? Number.NaN))).toBeLessThan(differenceTolerance * scale);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("has the same bits in JavaScript and in WebAssembly", async () => {
    const { shape, parameters, inputs, responses } = randomCase(rolesOf(11, 2, 3), 11, 1);
    const gradients = await Promise.all(
      (["wasm", "javascript"] as const).map(async (target) => {
        const network = await compileInteractionNetwork(shape, { step, precision: "f64", target });
        network.setParameters(parameters);
        const gradient = new Float64Array(parameters.length);
        network.addGradient(gradient, { inputs, responses }, [0], 12, 1);
        return gradient;
      }),
    );
    expect(gradients[0]).toEqual(gradients[1]);
    await expect(compileInteractionNetwork(shape, { step, precision: "f32x4", target: "javascript" })).rejects.toThrow("f32x4");
  });
});

describe("tanh in lanes", () => {
  it.each([
    ["f64x2", 8 * 2 ** -53],
    ["f32x4", 8 * 2 ** -24],
  ] as const)("%s: relative error below 8 roundings, odd, and ±1 far out", async (precision, bound) => {
    const lanes = lanesOf[precision];
    const program = programBuilder();
    program.function("main", {}, (b) => b.store(32, lanes.tanh(b, lanes.load(16))));
    const instance = await instantiate(program.finish(48));
    const numbers = lanes.element === 4 ? new Float32Array(instance.f64.buffer) : instance.f64;
    const tanh = (x: number): readonly number[] => {
      numbers.fill(x, 16 / lanes.element, 32 / lanes.element);
      instance.functions["main"]?.();
      return [...numbers.subarray(32 / lanes.element, 48 / lanes.element)];
    };
    const rounded = (x: number): number => (lanes.element === 4 ? Math.fround(x) : x);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 30, noNaN: true }), (value) => {
        const x = rounded(value);
        const [first = Number.NaN, ...rest] = tanh(x);
        expect(Math.abs(first / Math.tanh(x) - 1)).toBeLessThanOrEqual(bound);
        for (const other of rest) expect(other).toBe(first);
        expect(tanh(-x)[0]).toBe(-first);
      }),
      { numRuns: 2000 },
    );
    expect(tanh(0)[0]).toBe(0);
    expect(tanh(Number.POSITIVE_INFINITY)[0]).toBe(tanh(40)[0]);
    expect(tanh(Number.NaN)[0]).toBeNaN();
  });
});
