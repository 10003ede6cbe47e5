import type { z } from "zod";
import type { PreparedStudy, StudyFiles } from "./mechanism.ts";
import type { ScenarioHead } from "./scenario-schema.ts";

/** A problem in a scenario's files: where it stands and what to do about it. */
export interface StudyProblem {
  readonly file: string;
  /** 1-based; 0 = the file as a whole. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The sections of `scenario.yaml` whose keys depend on the kind of mechanism, each as a zod schema. */
export interface KindSchema {
  /** `model:`; a file name for reaction networks, else an object with `kind`. */
  readonly model: z.ZodType;
  readonly protocols: z.ZodType;
  /** One entry of `splits:`; it must accept `kind` and `id`. */
  readonly split: z.ZodType;
  readonly budget: z.ZodType;
  /** `truth:`; without it the key is refused. */
  readonly truth?: z.ZodType;
  /** `data:`; without it the key is refused. */
  readonly data?: z.ZodType;
  /** One entry of `learned:`; without it only an empty list is accepted. */
  readonly learned?: z.ZodType;
}

type Part<K, Name extends string> = K extends Readonly<Record<Name, infer S extends z.ZodType>> ? z.output<S> : never;

/** `scenario.yaml` as a mechanism kind sees it: the common keys, and its own sections as its schemas give them out. */
export type ScenarioOf<K extends KindSchema> = ScenarioHead & {
  readonly model: z.output<K["model"]>;
  readonly protocols: z.output<K["protocols"]>;
  readonly splits: readonly z.output<K["split"]>[];
  readonly budget: z.output<K["budget"]>;
  readonly truth?: Part<K, "truth">;
  readonly data?: Part<K, "data">;
  readonly learned: readonly Part<K, "learned">[];
};

/**
 * A kind of mechanism a scenario may declare: what its sections look like, and how a scenario becomes tasks and fits.
 *
 * `prepare` runs once in the host and once in each worker, over the same texts; it must give the same bits each time.
 */
export interface MechanismKind<K extends KindSchema = KindSchema> {
  readonly facts: { readonly id: string; readonly title: string; readonly source: string };
  readonly schema: K;
  prepare(scenario: ScenarioOf<K>, files: StudyFiles): Promise<PreparedStudy | { readonly problems: readonly StudyProblem[] }>;
}
