import { thermoAlong } from "../../thermo/along.ts";
import type { Finding, ThermoCurve } from "../result.ts";
import { conditionParameters, curveTimes, type FittedPaths } from "./describe.ts";
import type { DesignCondition } from "./design.ts";
import { learnedTerms } from "../../hybrid/learned-term.ts";
import { additiveFluxes, isConductance } from "./learned.ts";
import type { ReactionNetworkScenario } from "./schema.ts";
import type { ModelSetup } from "./setup.ts";

/**
 * Entropy production and uncertainty-relation tightness of the known mechanism along fitted paths.
 *
 * A learned flux has no known reverse rate, so it has no entropy production: it is left out of the sums and said to be. A learned
 * conductance is part of both directions of a known reaction, and counts.
 */
export function thermoOf(
  scenario: ReactionNetworkScenario,
  setup: ModelSetup,
  fitted: FittedPaths,
  conditions: readonly DesignCondition[],
  unit: string,
): { readonly curves: readonly ThermoCurve[]; readonly findings: readonly Finding[] } {
  // A product that is absent at the start makes the force infinite there: true, and no news. Curves begin one point later.
  const times = curveTimes(scenario).slice(1);
  const learned = additiveFluxes(scenario).map((flux) => flux.id).filter((id) => setup.network.reactions.some((reaction) => reaction.id === id));
  const findings: Finding[] = [
    {
      check: "start of the thermodynamic curves",
      verdict: "note",
      value: times[0] ?? null,
      bound: null,
      equation: "F = ln(J⁺/J⁻) is infinite where a product is absent, as at time 0",
      source: "scenario",
      where: `time ${times[0] ?? 0} ${scenario.protocols.timeUnit} on`,
      topic: "thermodynamics",
    },
    ...scenario.learned.filter(isConductance).map((term): Finding => byConstruction(term.reactions)),
  ];
  const curves: ThermoCurve[] = [];
  const found: Finding[] = [];
  for (const condition of conditions) {
    const path = fitted.path(condition, times);
    if (typeof path === "string") continue;
    const parameters = conditionParameters(setup, fitted.parameters, condition);
    const answer = thermoAlong(setup.network, fitted.system, parameters, { times, values: path }, scenario.protocols.observables, { exclude: learned });
    if (!answer.along) {
      findings.push(...answer.problems.map((problem): Finding => notApplicable(problem.message)));
      break;
    }
    const { along } = answer;
    curves.push({
      condition: condition.table.id,
      times: [...along.times],
      entropyProduction: [...along.total],
      perReaction: lists(along.perReaction),
      tightness: lists(along.tightness),
      unit: `R·${unit}/${scenario.protocols.timeUnit}`,
    });
    found.push(...along.findings.map((finding): Finding => ({ ...finding, topic: "thermodynamics" })));
  }
  return { curves, findings: [...findings, ...overConditions(found)] };
}

/** What the same check says of the same thing in several conditions, once: with the value closest to its bound and how often. */
function overConditions(found: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of found) {
    const key = JSON.stringify([finding.check, finding.verdict, finding.where]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const closest = group.reduce((best, each) => ((each.value ?? Number.POSITIVE_INFINITY) < (best.value ?? Number.POSITIVE_INFINITY) ? each : best), first);
    return [{ ...closest, where: `${first.where} (${group.length} of the drawn trajectories)` }];
  });
}

const byConstruction = (reactions: readonly string[]): Finding => ({
  check: "second law of what is learned",
  verdict: "ok",
  value: null,
  bound: null,
  equation: learnedTerms.conductance.equation,
  source: learnedTerms.conductance.source,
  where: `second law by construction: learned conductance of ${reactions.join(", ")}`,
  topic: "thermodynamics",
});

const notApplicable = (reason: string): Finding => ({
  check: "second law",
  verdict: "not applicable",
  value: null,
  bound: null,
  equation: "σ = Σ j ln(J⁺/J⁻)",
  source: reason,
  where: "model",
  topic: "thermodynamics",
});

const lists = (columns: Readonly<Record<string, Float64Array>>): Record<string, readonly number[]> => Object.fromEntries(Object.entries(columns).map(([id, column]) => [id, [...column]]));
