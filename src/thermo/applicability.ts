import type { ReactionFlux, ReactionKind } from "./reaction-flux.ts";

/** The quantities a statement is made about, in the order they are listed. */
export const thermoQuantities = {
  "entropy-production": "Entropy production",
  diffusion: "Scaled diffusion",
  "uncertainty-relation": "Thermodynamic uncertainty relation",
  "kinetic-relation": "Kinetic uncertainty relation",
  "speed-limit": "Thermodynamic speed limits",
  housekeeping: "Housekeeping and excess entropy production",
  "linear-noise": "Linear noise approximation",
  "fluctuation-theorem": "Fluctuation theorems",
} as const;

export type ThermoQuantity = keyof typeof thermoQuantities;

/**
 * `holds`: as defined. `approximate`: a number comes out that is not the quantity itself. `local`: only without the reactions named.
 * `infinite`, `vacuous`: the value is infinite, or a bound says nothing. `undefined`: no value.
 */
export type Standing = "holds" | "approximate" | "local" | "infinite" | "vacuous" | "undefined";

/** What one reaction means for one quantity. */
export interface ReactionStatement {
  readonly quantity: ThermoQuantity;
  readonly standing: Standing;
  readonly meaning: string;
}

/** What thermodynamics can say of one reaction. */
export interface ReactionApplicability {
  readonly reaction: string;
  readonly kind: ReactionKind;
  readonly elementary: boolean;
  /** "not thermodynamic: reaction X is one-way", or null where it is reversible and elementary. */
  readonly statement: string | null;
  readonly reason: string | null;
  /** One per quantity, in order; empty where the statement is null. */
  readonly quantities: readonly ReactionStatement[];
}

/** What thermodynamics can say of a whole network. */
export interface QuantityApplicability {
  readonly quantity: ThermoQuantity;
  readonly title: string;
  /** The worst standing among the reactions. */
  readonly standing: Standing;
  /** Reactions that bring it down, or without reactions the states that rate rules move. */
  readonly because: readonly string[];
  readonly meaning: readonly string[];
  /** Statements that stay true in spite of them. */
  readonly stillHolds: readonly string[];
}

export interface Applicability {
  /** Whether every reaction is reversible and elementary, and there is one where something changes. */
  readonly isThermodynamic: boolean;
  readonly reactions: readonly ReactionApplicability[];
  readonly quantities: readonly QuantityApplicability[];
}

type Obstacle = "one-way" | "not mass action" | "learned" | "reduced";

interface Effect {
  readonly standing: Standing;
  readonly meaning: string;
  readonly stillHolds?: string;
}

const kineticLimb = "f^2 <= D A with D and A summed over the reactions that change the observable: it needs no way back";
const localRelation = "f^2 <= sigma_c D_c/2 for observables these reactions do not change, with sigma_c summed over the reactions that do change them";
const restIsLowerBound = "the sum over the other reactions: every term is at least 0, so the sum is a lower bound of what a full description would give";
const untouched = "the value for observables that these reactions do not change";

/** What each obstacle does to each quantity. Sources: see `applicabilitySources`. */
const effects: Readonly<Record<Obstacle, Readonly<Record<ThermoQuantity, Effect>>>> = {
  "one-way": {
    "entropy-production": { standing: "infinite", meaning: "infinite wherever it runs: ln(J+/J-) with J- = 0", stillHolds: restIsLowerBound },
    diffusion: { standing: "holds", meaning: "as defined: J+ + J- = J+" },
    "uncertainty-relation": { standing: "vacuous", meaning: "sigma is infinite, so the bound says nothing of observables it changes", stillHolds: localRelation },
    "kinetic-relation": { standing: "holds", meaning: "as defined, with activity J+" },
    "speed-limit": { standing: "vacuous", meaning: "sigma is infinite, so the least time is 0", stillHolds: "the kinetic speed limit Lc^2 <= int D dt int A dt, and the thermodynamic one for observables these reactions do not change, with sigma_c" },
    housekeeping: { standing: "undefined", meaning: "the total is infinite and the log-mean j/F is 0, so there is nothing to split", stillHolds: "the fall of V = sum x ln(x/x*) - x + x* where the steady state is complex balanced, which needs no way back" },
    "linear-noise": { standing: "holds", meaning: "as defined: D = S diag(J+ + J-) S^T", stillHolds: "the Lyapunov equation; the equilibrium form D = -2 Jac X does not hold" },
    "fluctuation-theorem": { standing: "undefined", meaning: "paths through it have no reverse, so the average of exp(-Delta s) is not 1 (absolute irreversibility)", stillHolds: "the kinetic relation Var/mean^2 >= 1/(activity time) for steady currents" },
  },
  "not mass action": {
    "entropy-production": { standing: "undefined", meaning: "its one-way fluxes are not known, so it is left out", stillHolds: restIsLowerBound },
    diffusion: { standing: "undefined", meaning: "J+ + J- is not known for observables it changes", stillHolds: untouched },
    "uncertainty-relation": { standing: "local", meaning: "neither sigma nor D is known for observables it changes", stillHolds: localRelation },
    "kinetic-relation": { standing: "local", meaning: "neither D nor the activity is known for observables it changes", stillHolds: `${kineticLimb}, for observables these reactions do not change` },
    "speed-limit": { standing: "local", meaning: "neither sigma nor D is known for observables it changes", stillHolds: "the limits for observables these reactions do not change, with sigma_c" },
    housekeeping: { standing: "undefined", meaning: "it moves the state, but its dissipation is not known, so the split has no total" },
    "linear-noise": { standing: "undefined", meaning: "the noise of its events, J+ + J-, is not known" },
    "fluctuation-theorem": { standing: "undefined", meaning: "the rates of its events in both directions are not known" },
  },
  learned: {
    "entropy-production": { standing: "undefined", meaning: "a learned net flux binds itself to no force: it is left out, and could break the second law unseen", stillHolds: restIsLowerBound },
    diffusion: { standing: "undefined", meaning: "a learned net flux has no J+ + J-", stillHolds: untouched },
    "uncertainty-relation": { standing: "local", meaning: "neither sigma nor D is known for observables it changes", stillHolds: localRelation },
    "kinetic-relation": { standing: "local", meaning: "neither D nor the activity is known for observables it changes", stillHolds: `${kineticLimb}, for observables it does not change` },
    "speed-limit": { standing: "local", meaning: "neither sigma nor D is known for observables it changes", stillHolds: "the limits for observables it does not change, with sigma_c" },
    housekeeping: { standing: "undefined", meaning: "it moves the state outside the mechanism, so the mechanism's own split does not describe the path" },
    "linear-noise": { standing: "undefined", meaning: "a learned net flux has no noise of its own" },
    "fluctuation-theorem": { standing: "undefined", meaning: "a learned net flux has no events" },
  },
  reduced: {
    "entropy-production": { standing: "holds", meaning: "net flux times force is the quasi-steady value of the steps it stands for" },
    diffusion: { standing: "approximate", meaning: "J+ + J- of the reduced law is not the diffusion of its steps", stillHolds: untouched },
    "uncertainty-relation": { standing: "approximate", meaning: "true of the numbers, but with a D that is not the diffusion for observables it changes", stillHolds: localRelation },
    "kinetic-relation": { standing: "approximate", meaning: "true of the numbers, but with an activity that is not the number of events" },
    "speed-limit": { standing: "approximate", meaning: "true of the numbers, but with a D that is not the diffusion for observables it changes" },
    housekeeping: { standing: "approximate", meaning: "the split of the reduced description; what its hidden steps dissipate at quasi-steady state is within it, their transients are not" },
    "linear-noise": { standing: "approximate", meaning: "the noise of the hidden steps is replaced by that of one reduced event" },
    "fluctuation-theorem": { standing: "approximate", meaning: "it holds for the reduced chain, whose entropy production is that of the steps only at quasi-steady state" },
  },
};

/** Where the statements come from. */
export const applicabilitySources = [
  "Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601 (uncertainty relation and speed limits)",
  "Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34 (kinetic uncertainty relation)",
  "Murashita, Funo & Ueda 2014, doi:10.1103/PhysRevE.90.042110 (absolute irreversibility)",
  "Horn & Jackson 1972, doi:10.1007/BF00251225 (complex balance)",
  "Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064 (reduced rate laws)",
] as const;

const order: readonly Standing[] = ["holds", "approximate", "local", "vacuous", "infinite", "undefined"];
const worse = (a: Standing, b: Standing): Standing => (order.indexOf(a) >= order.indexOf(b) ? a : b);

function obstacleOf({ kind, elementary }: Pick<ReactionFlux, "kind" | "elementary">): Obstacle | null {
  if (kind === "non-thermodynamic") return "learned";
  if (kind !== "reversible") return kind;
  return elementary ? null : "reduced";
}

const named: Readonly<Record<Obstacle, (id: string) => string>> = {
  "one-way": (id) => `not thermodynamic: reaction "${id}" is one-way`,
  "not mass action": (id) => `not thermodynamic: the one-way fluxes of reaction "${id}" are not known`,
  learned: (id) => `not thermodynamic: reaction "${id}" is learned`,
  reduced: (id) => `reaction "${id}" is thermodynamic, but no elementary step`,
};

/**
 * What thermodynamics can say of a network's reactions, quantity by quantity: plain data for tables and reports. `rateRuled`: ids
 * of the states that rate rules move; where nothing else moves, nothing is defined.
 */
export function applicabilityOf(reactions: readonly Pick<ReactionFlux, "id" | "kind" | "elementary" | "reason">[], rateRuled: readonly string[] = []): Applicability {
  const quantities = Object.keys(thermoQuantities) as ThermoQuantity[];
  if (reactions.length === 0 && rateRuled.length > 0) {
    const meaning = "there is no reaction: rate rules have no one-way fluxes";
    return {
      isThermodynamic: false,
      reactions: [],
      quantities: quantities.map((quantity) => ({ quantity, title: thermoQuantities[quantity], standing: "undefined", because: rateRuled, meaning: [meaning], stillHolds: [] })),
    };
  }
  const found = reactions.map((reaction) => ({ ...reaction, obstacle: obstacleOf(reaction) }));
  return {
    isThermodynamic: found.every(({ obstacle }) => obstacle === null),
    reactions: found.map(({ id, kind, elementary, reason, obstacle }) => ({
      reaction: id,
      kind,
      elementary,
      statement: obstacle && named[obstacle](id),
      reason,
      quantities: obstacle ? quantities.map((quantity) => ({ quantity, standing: effects[obstacle][quantity].standing, meaning: effects[obstacle][quantity].meaning })) : [],
    })),
    quantities: quantities.map((quantity) => {
      const touching = found.flatMap(({ id, obstacle }) => (obstacle ? [{ id, ...effects[obstacle][quantity] }] : []));
      const standing = touching.reduce<Standing>((worst, one) => worse(worst, one.standing), "holds");
      const harmful = touching.filter((one) => one.standing !== "holds");
      return {
        quantity,
        title: thermoQuantities[quantity],
        standing,
        because: harmful.map(({ id }) => id),
        meaning: [...new Set(harmful.map(({ meaning }) => meaning))],
        stillHolds: [...new Set([...harmful, ...touching].flatMap(({ stillHolds }) => stillHolds ?? []))],
      };
    }),
  };
}

/** The same as lines of text; reactions that share a statement share a line. */
export function applicabilityText({ isThermodynamic, reactions, quantities }: Applicability): string {
  if (reactions.length === 0) return isThermodynamic ? "There are no reactions." : `Nothing is defined: there is no reaction, and rate rules move ${quantities[0]?.because.join(", ") ?? "the state"}.`;
  if (isThermodynamic) return "Every reaction is reversible and elementary: all quantities are as defined.";
  const lines = reactions.flatMap(({ statement, reason }) => (statement === null ? [] : [reason === null ? statement : `${statement}: ${reason}`]));
  const width = Math.max(...quantities.map(({ title }) => title.length));
  for (const { title, standing, because, meaning, stillHolds } of quantities) {
    lines.push(`${title.padEnd(width)}  ${standing}${because.length === 0 ? "" : ` (${because.join(", ")})`}`);
    for (const text of meaning) lines.push(`  ${text}`);
    for (const text of stillHolds) lines.push(`  still holds: ${text}`);
  }
  return lines.join("\n");
}
