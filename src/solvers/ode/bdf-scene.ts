import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { RateFunctions, RowPattern } from "../tables/index.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import type { Breakpoints } from "./breakpoint.ts";
import type { OdeControl } from "./control.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";

/** What a diagnosis of a multistep run looks at. */
export interface BdfScene {
  readonly system: OdeSystem;
  readonly memory: BdfMemory;
  readonly instance: Instance;
  readonly control: OdeControl;
  readonly errorStates: number;
  readonly pattern: RowPattern;
  readonly rates: RateFunctions;
}

/** What a multistep solver is made of. */
export interface CompiledBdf extends BdfScene {
  readonly breakpoints: Breakpoints;
  /** Whether steps are recorded, and can be given. */
  readonly record: boolean;
  /** Null where the system has none. */
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory } | null;
  /** Counts runs, so that a run knows when it is over. */
  readonly kept: { runs: number };
}
