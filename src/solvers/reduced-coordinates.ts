import type { LinearInvariant } from "./linear-invariants.ts";

/** The states that are free when the invariants hold, and how all states move with them. */
export interface ReducedCoordinates {
  /** Indices of the free states [nFree]. */
  readonly free: readonly number[];
  /** ∂state/∂free state, row-major [nState, nFree]. */
  readonly embedding: Float64Array;
}

/** Expresses each invariant's dependent state by the others. */
export function reducedCoordinates(size: number, invariants: readonly LinearInvariant[]): ReducedCoordinates {
  const dependent = new Map(invariants.map((invariant) => [invariant.dependent, invariant.weights]));
  const free = Array.from({ length: size }, (_, state) => state).filter((state) => !dependent.has(state));
  const embedding = new Float64Array(size * free.length);
  for (let state = 0; state < size; state++) {
    const weights = dependent.get(state);
    free.forEach((other, column) => {
      embedding[state * free.length + column] = weights ? -(weights[other] ?? 0) / (weights[state] ?? 1) : state === other ? 1 : 0;
    });
  }
  return { free, embedding };
}

/** Jacobian of the free states [nFree, nFree] from the full one [nState, nState]. */
export function reducedJacobian({ free, embedding }: ReducedCoordinates, jacobian: Float64Array, size: number): Float64Array {
  const count = free.length;
  return Float64Array.from({ length: count * count }, (_, at) => {
    const row = free[Math.floor(at / count)] ?? 0;
    let total = 0;
    for (let state = 0; state < size; state++) total += (jacobian[row * size + state] ?? 0) * (embedding[state * count + (at % count)] ?? 0);
    return total;
  });
}
