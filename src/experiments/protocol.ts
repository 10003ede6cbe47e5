import { z } from "zod";
import type { Agent } from "./perturbation/kind.ts";
import type { DesignProblem } from "./problem.ts";
import { suggestion } from "./suggestion.ts";
import type { AppliedPerturbation, TableCondition } from "./task.ts";

/** An agent applied at a dose, with the dose's unit. */
export interface DosedPerturbation extends AppliedPerturbation {
  readonly unit: string | null;
}

/** A stretch of an experiment under constant conditions. */
export interface Segment {
  readonly perturbations: readonly DosedPerturbation[];
  /** Values of boundary species and parameters, stated in full: what is not named has the model's value. */
  readonly medium: Readonly<Record<string, number>>;
  /** Length · the model's time unit, at least 0. */
  readonly duration: number;
}

/** What was done, in order: a list of segments, never a set. */
export interface Protocol {
  readonly id: string;
  readonly segments: readonly Segment[];
}

const writtenSegment = z.strictObject({
  perturbations: z
    .array(z.strictObject({ agent: z.string(), dose: z.number().optional(), unit: z.string().min(1).nullable().optional() }))
    .optional(),
  medium: z.record(z.string(), z.number()).optional(),
  duration: z.number().nonnegative(),
});

const writtenProtocol = z.strictObject({ segments: z.array(writtenSegment).min(1) });

/**
 * Reads one protocol, `{ segments: [{ perturbations: [{ agent, dose, unit }], medium: { id: value }, duration }] }`.
 * A dose that is not written is 1; a unit that is written must be the agent's. All problems are reported at once.
 */
export function readProtocol(
  id: string,
  value: unknown,
  agents: readonly Pick<Agent, "id" | "unit">[],
): { readonly protocol: Protocol } | { readonly problems: readonly DesignProblem[] } {
  const parsed = writtenProtocol.safeParse(value);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map((issue) => ({
        path: issue.path.map((key) => (typeof key === "number" ? key : String(key))),
        message: issue.message.charAt(0).toLowerCase() + issue.message.slice(1),
      })),
    };
  }
  const problems: DesignProblem[] = [];
  const segments = parsed.data.segments.map((segment, index): Segment => {
    const seen = new Set<string>();
    const perturbations = (segment.perturbations ?? []).map((applied, position): DosedPerturbation => {
      const path = ["segments", index, "perturbations", position];
      const agent = agents.find((candidate) => candidate.id === applied.agent);
      if (agent === undefined) {
        const known = agents.map((candidate) => candidate.id);
        problems.push({ path: [...path, "agent"], message: `unknown agent "${applied.agent}"${suggestion(applied.agent, known)}` });
      } else if (applied.unit !== undefined && applied.unit !== agent.unit) {
        problems.push({ path: [...path, "unit"], message: `dose of "${agent.id}" in ${unitText(applied.unit)}, but the agent's unit is ${unitText(agent.unit)}; convert the dose` });
      }
      if (seen.has(applied.agent)) problems.push({ path, message: `"${applied.agent}" is applied twice in one segment; add the doses or use two segments` });
      seen.add(applied.agent);
      return { agent: applied.agent, dose: applied.dose ?? 1, unit: agent?.unit ?? applied.unit ?? null };
    });
    return { perturbations, medium: segment.medium ?? {}, duration: segment.duration };
  });
  return problems.length > 0 ? { problems } : { protocol: { id, segments } };
}

const unitText = (unit: string | null): string => (unit === null ? "no unit" : `"${unit}"`);

/** Total length · the model's time unit. */
export function protocolDuration(protocol: Protocol): number {
  return protocol.segments.reduce((sum, segment) => sum + segment.duration, 0);
}

/** Whether two segments do the same to the system; within a segment the order of agents means nothing, they act at once. */
export function sameConditions(left: Segment, right: Segment): boolean {
  const key = (segment: Segment): string =>
    JSON.stringify([
      segment.perturbations.map(({ agent, dose, unit }) => JSON.stringify([agent, dose, unit])).toSorted(),
      Object.entries(segment.medium).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    ]);
  return key(left) === key(right);
}

/** The protocol with neighbours of equal conditions joined and empty segments dropped: the same flow in fewer segments. */
export function mergeSegments(protocol: Protocol): Protocol {
  const merged: Segment[] = [];
  for (const segment of protocol.segments) {
    if (segment.duration === 0) continue;
    const previous = merged.at(-1);
    if (previous !== undefined && sameConditions(previous, segment)) merged[merged.length - 1] = { ...previous, duration: previous.duration + segment.duration };
    else merged.push(segment);
  }
  return { ...protocol, segments: merged.length > 0 ? merged : protocol.segments.slice(0, 1) };
}

/** The row of a table that a protocol fills: every application in the order made, an agent that goes on at the same dose listed once. */
export function tableCondition(protocol: Protocol): TableCondition {
  const applications = mergeSegments(protocol).segments.map((segment) => segment.perturbations);
  return {
    id: protocol.id,
    perturbations: applications.flatMap((current, index) =>
      current
        .filter((applied) => !(applications[index - 1] ?? []).some((before) => before.agent === applied.agent && before.dose === applied.dose))
        .map(({ agent, dose }) => ({ agent, dose })),
    ),
  };
}
