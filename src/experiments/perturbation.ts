import type { Network } from "../models/network.ts";
import { checkAgent } from "./agent.ts";
import { perturbationKinds } from "./perturbation/index.ts";
import type { Agent, PerturbationKind } from "./perturbation/kind.ts";
import { mediumTargets } from "./perturbation/medium-target.ts";
import { namesOf } from "./perturbation/rewrite.ts";
import type { DesignProblem } from "./problem.ts";
import type { Segment } from "./protocol.ts";
import { suggestion } from "./suggestion.ts";

/** An agent whose edits are woven into the network, with the parameter that switches them. */
export interface InstrumentedAgent extends Agent {
  /** Name of the control parameter; null for a kind that needs none. */
  readonly control: string | null;
}

/** A network that can run every condition of a study: one compiled system, switched by control parameters. */
export interface Instrumented {
  /** With all control parameters at their neutral values its trajectories are those of the network it came from. */
  readonly network: Network;
  readonly agents: readonly InstrumentedAgent[];
  /** Control parameters at the values that change nothing. */
  readonly neutral: Readonly<Record<string, number>>;
  /** Ids that a segment's medium may set. */
  readonly mediumTargets: readonly string[];
}

/** What one segment sets. */
export interface SegmentControls {
  /** Every control parameter, neutral where no agent is applied, and the medium. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Values that species take when the segment begins, as their symbols read. */
  readonly start: Readonly<Record<string, number>>;
}

const stages = ["rates", "reactions", "balance"] as const;

/** Weaves the edits of all agents into a network, in the order of the kinds' stages and then of declaration; every problem is reported. */
export function instrument(network: Network, agents: readonly Agent[]): Instrumented | { readonly problems: readonly DesignProblem[] } {
  const problems: DesignProblem[] = agents.flatMap((agent) => checkAgent(agent).map((problem) => ({ ...problem, path: [agent.id, ...problem.path] })));
  const taken = namesOf(network);
  const parameters = new Set(network.parameters.map((parameter) => parameter.id));
  const instrumented: InstrumentedAgent[] = [];
  for (const agent of agents) {
    if (instrumented.some((other) => other.id === agent.id)) problems.push({ path: [agent.id], message: "an agent with this id is declared twice" });
    const neutral = kindOf(agent)?.facts.neutral ?? null;
    const control = neutral === null ? null : `${agent.kind}_${agent.id}`;
    if (control !== null && taken.has(control)) problems.push({ path: [agent.id], message: `its control parameter needs the name "${control}", which the network already uses` });
    for (const [id, value] of Object.entries(agent.constants)) {
      if (typeof value === "string" && !parameters.has(value)) {
        problems.push({ path: [agent.id, id], message: `"${value}" is not a parameter of the network${suggestion(value, [...parameters])}` });
      }
    }
    instrumented.push({ ...agent, control });
  }
  if (problems.length > 0) return { problems };

  const neutral: Record<string, number> = {};
  let edited = network;
  for (const agent of instrumented) {
    const value = kindOf(agent)?.facts.neutral;
    if (agent.control === null || typeof value !== "number") continue;
    neutral[agent.control] = value;
    edited = { ...edited, parameters: [...edited.parameters, { id: agent.control, value, constant: true, unit: null }] };
  }
  for (const stage of stages) {
    for (const agent of instrumented) {
      const kind = kindOf(agent);
      if (kind === undefined || kind.facts.stage !== stage) continue;
      for (const target of agent.targets) {
        const edit = kind.edit(edited, target, agent, agent.control ?? "");
        if ("network" in edit) edited = edit.network;
        else problems.push({ path: [agent.id, "target"], message: `${agent.kind} of "${target}": ${edit.reason}` });
      }
    }
  }
  return problems.length > 0 ? { problems } : { network: edited, agents: instrumented, neutral, mediumTargets: mediumTargets(network) };
}

/**
 * Parameter values and start values of one segment. Agents on one target compose (their factors multiply);
 * two that set the same parameter or hold the same species are refused by name.
 */
export function controls(
  instrumented: Pick<Instrumented, "agents" | "neutral" | "mediumTargets">,
  segment: Pick<Segment, "perturbations" | "medium">,
): SegmentControls | { readonly problems: readonly DesignProblem[] } {
  const problems: DesignProblem[] = [];
  const setBy = new Map<string, string>();
  const parameters: Record<string, number> = { ...instrumented.neutral };
  const start: Record<string, number> = {};
  const claim = (target: string, by: string, path: DesignProblem["path"], verb: "set" | "held"): boolean => {
    const other = setBy.get(`${verb} ${target}`);
    if (other !== undefined) problems.push({ path, message: `"${target}" is ${verb} by ${other} and by ${by} in one segment` });
    setBy.set(`${verb} ${target}`, by);
    return other === undefined;
  };

  for (const [id, value] of Object.entries(segment.medium)) {
    const path = ["medium", id];
    if (!instrumented.mediumTargets.includes(id)) {
      problems.push({ path, message: `"${id}" is not a boundary species or free parameter${suggestion(id, instrumented.mediumTargets)}` });
    } else if (!Number.isFinite(value)) problems.push({ path, message: `${value} is not a finite value` });
    else if (claim(id, "the medium", path, "set")) parameters[id] = value;
  }
  segment.perturbations.forEach((applied, index) => {
    const path = ["perturbations", index];
    const agent = instrumented.agents.find((candidate) => candidate.id === applied.agent);
    const kind = agent === undefined ? undefined : kindOf(agent);
    if (agent === undefined || kind === undefined) {
      const known = instrumented.agents.map((candidate) => candidate.id);
      problems.push({ path: [...path, "agent"], message: `unknown agent "${applied.agent}"${suggestion(applied.agent, known)}` });
      return;
    }
    const reason = checkDose(kind, applied.dose);
    if (reason !== null) problems.push({ path: [...path, "dose"], message: `${agent.kind} by "${agent.id}": ${reason}` });
    if (segment.perturbations.findIndex((other) => other.agent === agent.id) < index) {
      problems.push({ path, message: `"${agent.id}" is applied twice in one segment` });
      return;
    }
    for (const [id, value] of Object.entries(kind.values(agent, applied.dose, agent.control ?? ""))) {
      if (claim(id, `"${agent.id}"`, path, "set")) parameters[id] = value;
    }
    for (const [id, value] of Object.entries(kind.start?.(agent, applied.dose) ?? {})) {
      if (claim(id, `"${agent.id}"`, path, "held")) start[id] = value;
    }
  });
  return problems.length > 0 ? { problems } : { parameters, start };
}

/** The kind of an agent; undefined when no such kind exists. */
function kindOf(agent: Agent): PerturbationKind | undefined {
  return Object.hasOwn(perturbationKinds, agent.kind) ? perturbationKinds[agent.kind] : undefined;
}

/** Why a kind does not take a dose, or null. */
export function checkDose(kind: PerturbationKind, dose: number): string | null {
  const { minimum, maximum, wholeSteps, title } = kind.facts.dose;
  if (!Number.isFinite(dose)) return `dose ${dose} is not a finite number`;
  if (dose < minimum || dose > maximum || (wholeSteps && !Number.isInteger(dose))) return `dose ${dose} is not possible (${title})`;
  return null;
}
