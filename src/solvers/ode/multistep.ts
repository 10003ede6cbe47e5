import type { ProgramBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { LinearKind } from "../linear/choose.ts";
import type { RateFunctions, RowPattern } from "../tables/index.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import type { OdeSolver, SolverOptions } from "./solver.ts";

/** What is given to weave more functions into the program of a multistep solver; those of its `RateProgram` are already in it. */
export interface MultistepContext {
  readonly program: ProgramBuilder;
  readonly layout: MemoryLayout;
  readonly system: OdeSystem;
  readonly memory: BdfMemory;
  readonly rates: RateFunctions;
  /** Of the Jacobian whose values stand in `memory.jacobian`. */
  readonly pattern: RowPattern;
  /** How its linear systems are solved. */
  readonly linear: LinearKind;
}

/** A multistep solver with its program open to what was woven into it. */
export interface WovenMultistep extends OdeSolver {
  readonly instance: Instance;
  /** Where everything is; addresses are bytes. */
  readonly memory: BdfMemory;
}

/** Compiles a multistep solver that records its steps and solves them exactly, with more in its program; what is woven in is prepared as the program starts. */
export type WeaveMultistep = (system: OdeSystem, options: Omit<SolverOptions, "method" | "record" | "exactly">, weave: (context: MultistepContext) => { prepare(instance: Instance): void }) => Promise<WovenMultistep>;
