import type { FitHooks, FitJob, FitResult, PreparedStudy } from "../../src/study/mechanism.ts";
export interface ToyInput {
  readonly iterations: number;
  readonly jobs: number;
  /** Milliseconds each iteration blocks the thread. */
  readonly busy: number;
}
export function toyRun(job: FitJob, hooks: FitHooks, resume: unknown, truth: readonly number[], iterations: number, busy?: number): Promise<FitResult>;
export function prepareStudy(input: ToyInput): Promise<PreparedStudy>;
