import { memoryLayout } from "../../kernel/layout.ts";
import type { Lanes } from "./lanes.ts";
import type { InteractionShape } from "./shape.ts";

/** Rows of W that one pass keeps in registers (forward), and its columns (reverse). */
export const blockRows = 8;
/** Rows or columns of W that one turn of an inner loop takes; with more of them engines run out of registers. */
export const unroll = 2;
/** Rows and columns of the weights' gradient that one pass keeps in registers. */
export const tile = 3;

/**
 * Where a compiled network keeps its numbers. Nodes stand in the shape's order; a *vector* holds one node's value for every
 * lane (condition). Padding nodes have weight 0, activity 0 and decay 0, and so stay 0.
 */
export interface InteractionMemory {
  /** Places of nodes: senders [0, senders), receivers [firstReceiver, firstReceiver + rows). */
  readonly nodes: number;
  readonly senders: number;
  readonly firstReceiver: number;
  readonly rows: number;
  /** Bytes from one row of W (of its gradient) to the next. */
  readonly rowBytes: number;
  readonly gradientRowBytes: number;
  /** Bytes from one stage of the tape to the next: the state [nodes], then tanh (later the adjoint of its argument) [nodes]. */
  readonly stageBytes: number;
  /** Offset of the second part within a stage. */
  readonly driveOffset: number;
  /** One number each. */
  readonly weights: number;
  readonly activity: number;
  readonly decay: number;
  readonly step: number;
  /** f64 [rows, senders]. */
  readonly weightGradient: number;
  /** Vectors [nodes]. */
  readonly input: number;
  readonly inputTanh: number;
  readonly adjoint: number;
  readonly slope: number;
  readonly pulled: number;
  readonly activityGradient: number;
  readonly decayGradient: number;
  readonly bytes: number;
}

const multiple = (count: number, of: number): number => Math.ceil(count / of) * of;

/** Lays out a network's memory; the tape comes behind it. */
export function interactionMemory(shape: InteractionShape, lanes: Lanes): InteractionMemory {
  // Both bounds matter: a pass over rows or tiles may read and write up to its last whole block.
  const rows = multiple(multiple(shape.nInternal + shape.nReadout, blockRows), unroll);
  const senders = multiple(shape.nInput + shape.nInternal, blockRows);
  const nodes = Math.max(shape.nInput + multiple(rows, tile), multiple(senders, tile));
  const layout = memoryLayout();
  const numbers = (count: number): number => layout.f64(Math.ceil((count * lanes.element) / 8));
  const vectors = (count: number): number => layout.f64((count * lanes.bytes) / 8);
  const gradientColumns = multiple(senders, tile);
  const [weights, activity, decay, step] = [numbers(rows * senders), numbers(nodes), numbers(nodes), numbers(1)];
  const weightGradient = layout.f64(multiple(rows, tile) * gradientColumns);
  const [input, inputTanh, adjoint, slope, pulled] = [vectors(nodes), vectors(nodes), vectors(nodes), vectors(nodes), vectors(nodes)];
  const [activityGradient, decayGradient] = [vectors(nodes), vectors(nodes)];
  return {
    nodes,
    senders,
    firstReceiver: shape.nInput,
    rows,
    rowBytes: senders * lanes.element,
    gradientRowBytes: gradientColumns * 8,
    stageBytes: 2 * nodes * lanes.bytes,
    driveOffset: nodes * lanes.bytes,
    weights,
    activity,
    decay,
    step,
    weightGradient,
    input,
    inputTanh,
    adjoint,
    slope,
    pulled,
    activityGradient,
    decayGradient,
    bytes: layout.bytes,
  };
}
