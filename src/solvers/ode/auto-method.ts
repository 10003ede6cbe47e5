import type { CompiledMethod } from "./method.ts";

/**
 * Chooses at compile time, from the work of a sparse factorisation, between Rosenbrock steps (rodas5p) and multistep formulas
 * (bdf) for what is stiff, and begins with explicit steps (tsit5) until steps are held at the border of stability; goes back when they no longer
 * would be. Whether that is so is asked every so many steps, so that neither pausing nor the requested times change the path.
 *
 * @source Petzold 1983, doi:10.1137/0904010 (changing between methods for what is stiff and what is not)
 */
export const auto: CompiledMethod = {
  facts: {
    id: "auto",
    title: "Explicit or implicit as the system asks",
    order: 5,
    denseOrder: 4,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: false,
    rhsPerStep: 1,
    factorizationsPerStep: 0,
    events: true,
    source: "Petzold 1983, doi:10.1137/0904010; and the sources of tsit5, rodas5p and bdf",
  },
  // Opened when it is wanted: it is much that a run with another method never needs.
  compile: async (system, options) => (await import("./auto.ts")).compileAuto(auto, system, options),
};
