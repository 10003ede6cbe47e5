import { z } from "zod";
import { perturbationKinds } from "./perturbation/index.ts";
import type { Agent, ConstantFact } from "./perturbation/kind.ts";
import type { DesignProblem } from "./problem.ts";
import { suggestion } from "./suggestion.ts";

const written = z
  .object({ kind: z.string(), target: z.union([z.string(), z.array(z.string()).min(1)], "give the id of a species, reaction or parameter, or a list of ids"), unit: z.string().min(1).nullable().optional() })
  .catchall(z.union([z.number(), z.string()]));

/**
 * Reads agents as a study declares them, `{ MEKi: { kind: "inhibition", target: "r3", K: 0.1, h: 2, unit: "uM" } }`, in the order written.
 * All problems are reported at once.
 */
export function readAgents(value: unknown): { readonly agents: readonly Agent[] } | { readonly problems: readonly DesignProblem[] } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problems: [{ path: [], message: "agents are a mapping from an id to { kind, target, … }" }] };
  }
  const problems: DesignProblem[] = [];
  const agents: Agent[] = [];
  for (const [id, entry] of Object.entries(value)) {
    const parsed = written.safeParse(entry);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => ({ path: [id, ...issue.path.map(asKey)], message: lowerFirst(issue.message) })));
      continue;
    }
    const { kind, target, unit, ...constants } = parsed.data;
    const agent: Agent = { id, kind, targets: typeof target === "string" ? [target] : target, unit: unit ?? null, constants };
    problems.push(...checkAgent(agent).map((problem) => ({ ...problem, path: [id, ...problem.path] })));
    agents.push(agent);
  }
  return problems.length > 0 ? { problems } : { agents };
}

/** What is wrong with an agent taken alone: its id, kind, targets and constants. */
export function checkAgent(agent: Agent): readonly DesignProblem[] {
  const problems: DesignProblem[] = [];
  const report = (path: DesignProblem["path"], message: string): void => void problems.push({ path, message });
  if (!/^\w+$/u.test(agent.id)) report([], `agent id "${agent.id}" becomes part of a parameter's name; use letters, digits and _`);
  if (new Set(agent.targets).size !== agent.targets.length) report(["target"], "a target is listed twice");
  if (agent.targets.length === 0) report(["target"], "an agent needs a target");
  if (!Object.hasOwn(perturbationKinds, agent.kind)) {
    report(["kind"], `unknown kind of perturbation "${agent.kind}"${suggestion(agent.kind, Object.keys(perturbationKinds))}`);
    return problems;
  }
  const declared = perturbationKinds[agent.kind]?.facts.constants ?? [];
  for (const fact of declared) {
    const value = agent.constants[fact.id];
    if (value === undefined) {
      if (fact.required) report([fact.id], `${agent.kind} needs "${fact.id}": ${fact.title}`);
    } else {
      const reason = checkConstant(fact, value);
      if (reason !== null) report([fact.id], reason);
    }
  }
  const names = declared.map((fact) => fact.id);
  for (const id of Object.keys(agent.constants)) {
    if (!names.includes(id)) report([id], `${agent.kind} has no constant "${id}"${suggestion(id, [...names, "kind", "target", "unit"])}`);
  }
  return problems;
}

function checkConstant(fact: ConstantFact, value: number | string): string | null {
  if (typeof value === "string") {
    if (!fact.symbol) return `"${fact.id}" must be a number (${fact.title})`;
    return /^[A-Za-z_]\w*$/u.test(value) ? null : `"${value}" is neither a number nor the id of a parameter`;
  }
  const low = fact.open ? value > fact.minimum : value >= fact.minimum;
  if (Number.isFinite(value) && low && value <= fact.maximum) return null;
  return `"${fact.id}" is ${value}, outside ${fact.open ? "(" : "["}${fact.minimum}, ${fact.maximum}] (${fact.title})`;
}

const asKey = (key: PropertyKey): string | number => (typeof key === "number" ? key : String(key));

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
