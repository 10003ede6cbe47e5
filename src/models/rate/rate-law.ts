/** An id, a number, or a formula in parentheses, put into a rate law's formula as it stands. */
export type Operand = string | number;

/** What a rate law gives for one reaction. */
export interface BuiltRate {
  /** Formula text · amount per time where the operands are in matching units. */
  readonly formula: string;
  /** Ids of the constants the formula reads, in order, each once; numbers are left out. */
  readonly parameters: readonly string[];
}

export interface RateLawFacts {
  readonly id: string;
  readonly title: string;
  /** Author year, DOI. */
  readonly source: string;
  /** The law's constants as the literature writes them. */
  readonly parameters: readonly { readonly symbol: string; readonly meaning: string }[];
}

/** A built rate the conformance suite tries. */
export interface RateExample {
  readonly title: string;
  readonly built: BuiltRate;
  /** Species the formula reads. */
  readonly species: readonly string[];
  /** Species without which the rate is zero. */
  readonly zeroWithout: readonly string[];
}

/** A kind of rate law: facts, how to write one, and examples that cover its branches. */
export interface RateLaw<Arguments> {
  readonly facts: RateLawFacts;
  readonly build: (given: Arguments) => BuiltRate;
  readonly examples: readonly RateExample[];
}

/** The formula with the ids among the operands listed once. */
export function builtRate(formula: string, constants: readonly Operand[]): BuiltRate {
  const ids = constants.filter((operand): operand is string => typeof operand === "string" && /^[A-Za-z_]\w*$/.test(operand));
  return { formula, parameters: [...new Set(ids)] };
}

/** An operand as a factor of a product: anything but a name or a plain number goes into parentheses. */
export function factorText(operand: Operand): string {
  const text = String(operand);
  return /^[A-Za-z_]\w*$|^\d+\.?\d*$/.test(text) ? text : `(${text})`;
}

/** `base^exponent`, the exponent 1 left out. */
export const powerText = (base: string, exponent: Operand): string => (exponent === 1 ? base : `${base}^${factorText(exponent)}`);
