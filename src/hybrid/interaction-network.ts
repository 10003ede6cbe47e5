import { programBuilder } from "../kernel/builder.ts";
import type { Target } from "../kernel/instance.ts";
import { instantiate } from "../kernel/instantiate.ts";
import { writeForward } from "./interaction-network/forward.ts";
import { lanesOf } from "./interaction-network/lanes.ts";
import type { Precision } from "./interaction-network/lanes.ts";
import { interactionMemory } from "./interaction-network/memory.ts";
import { writeOuterProduct } from "./interaction-network/outer-product.ts";
import { writeReverse } from "./interaction-network/reverse.ts";
import type { InteractionShape } from "./interaction-network/shape.ts";

export { interactionShape } from "./interaction-network/shape.ts";
export type { InteractionShape, NodeRole } from "./interaction-network/shape.ts";
export type { Precision } from "./interaction-network/lanes.ts";

/** Conditions a network is driven by, and what was observed of them. */
export interface InteractionTable {
  /** u, row-major [nCondition, n], in the caller's order of nodes. */
  readonly inputs: Float64Array;
  /** Observed states in the same shape. */
  readonly responses: Float64Array;
}

/**
 * A network of interactions, compiled: dx_i/dt = ε_i tanh(Σ_j W_ij x_j + u_i) - α_i x_i from x = 0 by Heun's method with a
 * fixed step, up to `lanes` conditions at once. Parameters are packed: the shape's edges' weights, then ε [n], then α [n].
 * @source Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013, equation 1
 */
export interface InteractionNetwork {
  readonly shape: InteractionShape;
  readonly precision: Precision;
  readonly nParameters: number;
  /** Most conditions that one call takes. */
  readonly lanes: number;
  setParameters(parameters: Float64Array): void;
  /** Fills states [rows.length, n] after `steps` steps under the inputs of some rows. */
  solveInto(states: Float64Array, inputs: Float64Array, rows: readonly number[], steps: number): void;
  /** Adds the gradient of scale · Σ (x - observed)² over some rows and all nodes; returns that sum before scaling. */
  addGradient(gradient: Float64Array, table: InteractionTable, rows: readonly number[], steps: number, scale: number): number;
}

export interface InteractionNetworkOptions {
  /** Step of Heun's method · the unit of time of ε and α. */
  readonly step: number;
  readonly precision: Precision;
  readonly target?: Target;
}

/** Most steps that one call of compiled code takes: some milliseconds for a hundred nodes; their tape stays in a core's own cache. */
const stepsPerCall = 100;

/** Compiles a network of interactions. @throws when lanes are asked of JavaScript, which has none */
export async function compileInteractionNetwork(shape: InteractionShape, options: InteractionNetworkOptions): Promise<InteractionNetwork> {
  const lanes = lanesOf[options.precision];
  const memory = interactionMemory(shape, lanes);
  const program = programBuilder();
  writeForward(program, lanes, memory);
  writeReverse(program, lanes, memory);
  writeOuterProduct(program, lanes, memory);
  const instance = await instantiate(program.finish(memory.bytes), options.target ?? "wasm");
  const { begin, advance, retreat, outer } = instance.functions;
  if (!begin || !advance || !retreat || !outer) throw new Error("interaction network: the program lacks a function");

  const n = shape.roles.length;
  const { width, bytes, element } = lanes;
  let tape = 0;
  let tapeSteps = 0;
  let numbers: Float64Array | Float32Array = instance.f64;
  const view = (): void => {
    numbers = element === 4 ? new Float32Array(instance.f64.buffer) : instance.f64;
  };
  const reserveTape = (steps: number): void => {
    if (steps <= tapeSteps) return;
    instance.release();
    tape = instance.reserve((2 * steps + 1) * memory.stageBytes);
    tapeSteps = steps;
    view();
  };
  reserveTape(1);

  const place = new Map(shape.order.map((node, at) => [node, at]));
  const placeOf = Int32Array.from({ length: n }, (_, node) => place.get(node) ?? 0);
  const edgeAt = Int32Array.from(shape.edges, ({ receiver, sender }) => ((placeOf[receiver] ?? 0) - memory.firstReceiver) * memory.senders + (placeOf[sender] ?? 0));
  const gradientColumns = memory.gradientRowBytes / 8;
  const gradientAt = edgeAt.map((at) => memory.weightGradient / 8 + Math.floor(at / memory.senders) * gradientColumns + (at % memory.senders));
  const nEdge = shape.edges.length;
  numbers[memory.step / element] = options.step;

  /** Index in `numbers` of a node's vector in a block. */
  const vectorAt = (block: number, node: number): number => (block + (placeOf[node] ?? 0) * bytes) / element;
  const setInputs = (inputs: Float64Array, rows: readonly number[]): void => {
    if (rows.length > width) throw new RangeError(`interaction network: ${rows.length} conditions at once, ${width} at most`);
    for (let node = 0; node < n; node++) {
      const at = vectorAt(memory.input, node);
      for (let lane = 0; lane < width; lane++) {
        const row = rows[lane];
        numbers[at + lane] = row === undefined ? 0 : (inputs[row * n + node] ?? Number.NaN);
      }
    }
  };

  return {
    shape,
    precision: options.precision,
    nParameters: nEdge + 2 * n,
    lanes: width,
    setParameters(parameters) {
      const weights = memory.weights / element;
      for (let edge = 0; edge < nEdge; edge++) numbers[weights + (edgeAt[edge] ?? 0)] = parameters[edge] ?? Number.NaN;
      for (let node = 0; node < n; node++) {
        numbers[memory.activity / element + (placeOf[node] ?? 0)] = parameters[nEdge + node] ?? Number.NaN;
        numbers[memory.decay / element + (placeOf[node] ?? 0)] = parameters[nEdge + n + node] ?? Number.NaN;
      }
    },
    solveInto(states, inputs, rows, steps) {
      setInputs(inputs, rows);
      begin(tape);
      // Stride 0: each step overwrites the last.
      inSlices(steps, (_first, count) => advance(tape, count, 0));
      for (let node = 0; node < n; node++) {
        const at = vectorAt(tape, node);
        for (let lane = 0; lane < rows.length; lane++) states[lane * n + node] = numbers[at + lane] ?? Number.NaN;
      }
    },
    addGradient(gradient, table, rows, steps, scale) {
      reserveTape(steps);
      setInputs(table.inputs, rows);
      const step = 2 * memory.stageBytes;
      begin(tape);
      inSlices(steps, (first, count) => advance(tape + first * step, count, step));
      const end = tape + steps * step;
      let sum = 0;
      numbers.fill(0, memory.adjoint / element, (memory.adjoint + memory.nodes * bytes) / element);
      for (let node = 0; node < n; node++) {
        for (let lane = 0; lane < rows.length; lane++) {
          const difference = (numbers[vectorAt(end, node) + lane] ?? Number.NaN) - (table.responses[(rows[lane] ?? 0) * n + node] ?? Number.NaN);
          numbers[vectorAt(memory.adjoint, node) + lane] = 2 * scale * difference;
          sum += difference * difference;
        }
      }
      numbers.fill(0, memory.activityGradient / element, (memory.decayGradient + memory.nodes * bytes) / element);
      instance.f64.fill(0, memory.weightGradient / 8, memory.weightGradient / 8 + memory.rows * gradientColumns);
      inSlices(steps, (first, count) => {
        const from = end - first * step;
        retreat(from, count);
        outer(from - count * step, from);
      });
      for (let edge = 0; edge < nEdge; edge++) gradient[edge] = (gradient[edge] ?? 0) + (instance.f64[gradientAt[edge] ?? 0] ?? Number.NaN);
      for (let node = 0; node < n; node++) {
        for (let lane = 0; lane < width; lane++) {
          gradient[nEdge + node] = (gradient[nEdge + node] ?? 0) + (numbers[vectorAt(memory.activityGradient, node) + lane] ?? Number.NaN);
          gradient[nEdge + n + node] = (gradient[nEdge + n + node] ?? 0) + (numbers[vectorAt(memory.decayGradient, node) + lane] ?? Number.NaN);
        }
      }
      return sum;
    },
  };
}

/** Runs a number of steps in calls short enough for the host to breathe between them. */
function inSlices(steps: number, run: (first: number, count: number) => void): void {
  for (let first = 0; first < steps; first += stepsPerCall) run(first, Math.min(stepsPerCall, steps - first));
}
