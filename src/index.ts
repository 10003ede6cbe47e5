/**
 * semimech: semi-mechanistic modelling of biochemical and regulatory systems.
 *
 * The rooms are also importable one by one (`semimech/models`, `semimech/solvers`, …).
 */
export { initialState, networkOf, odeSystem, readReactionText, revise, writeReactionText, zoo } from "./models/index.ts";
export type { Network, OdeSystem } from "./models/index.ts";
export { compileSolver, odeMethods, rodas5p, tsit5 } from "./solvers/index.ts";
export { thermoReport } from "./thermo/index.ts";
export { attachLearnedFlux } from "./hybrid/index.ts";
export { instrument, readAgents, readDataTable } from "./experiments/index.ts";
export { train } from "./calibrate/index.ts";
