/** What a first trajectory needs and no more, so that a short script starts quickly: `import { ... } from "semimech/ode"`. */
export { readBioNetGen } from "./formats/bionetgen.ts";
export { odeSystem } from "./models/compile.ts";
export type { SystemResult } from "./models/compile.ts";
export { initialState } from "./models/initial-state.ts";
export type * from "./models/network.ts";
export { revise } from "./models/revise.ts";
export type { OdeSystem } from "./models/system.ts";
export { readReactionText, writeReactionText } from "./models/text.ts";
export { compileSolver } from "./solvers/compile.ts";
export { auto, bdf, dop853, kvaerno5, odeMethods, odex, rodas4, rodas5, rodas5p, rosenbrock23, tsit5, vern7 } from "./solvers/ode/index.ts";
export type { OdeProblem, OdeSolver, SolverOptions } from "./solvers/ode/solver.ts";
export type { Status } from "./solvers/status.ts";
export type { Trajectory } from "./solvers/trajectory.ts";
