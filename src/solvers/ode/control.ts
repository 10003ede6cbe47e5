/** How a run is steered. `0` is a value everywhere. */
export interface OdeControl {
  /** Relative tolerance per step; dimensionless. */
  readonly rtol: number;
  /** Absolute tolerance per step · the states' unit. */
  readonly atol: number;
  /** Attempted steps, accepted and rejected together, before a run gives up. */
  readonly maxSteps: number;
  /** Fraction of the step that the error estimate would allow; dimensionless. */
  readonly safety: number;
  /** Largest factor by which one step may grow over the last; dimensionless. */
  readonly grow: number;
  /** Smallest factor by which a rejected or accepted step may shrink; dimensionless. */
  readonly shrink: number;
  /** Factor after an attempt with a rate that is not finite; dimensionless. */
  readonly retreat: number;
}

/** The one place for the defaults of every ODE method. */
export const odeControlDefaults: OdeControl = {
  rtol: 1e-6,
  atol: 1e-9,
  maxSteps: 100_000,
  safety: 0.85,
  grow: 10,
  shrink: 0.2,
  retreat: 0.1,
};

/** Defaults with overrides; undefined entries keep the default. @throws RangeError naming the first impossible value. */
export function resolveControl(...overrides: readonly (Partial<OdeControl> | undefined)[]): OdeControl {
  let control = odeControlDefaults;
  for (const override of overrides) if (override) control = merged(control, override);
  const refuse = (name: keyof OdeControl, rule: string): never => {
    throw new RangeError(`control: ${name} is ${control[name]}; it must be ${rule}`);
  };
  if (!(control.rtol >= 0 && control.rtol < 1)) refuse("rtol", "at least 0 and below 1");
  if (!(control.atol >= 0 && Number.isFinite(control.atol))) refuse("atol", "finite and at least 0");
  if (control.rtol === 0 && control.atol === 0) refuse("atol", "above 0 when rtol is 0");
  if (!(Number.isInteger(control.maxSteps) && control.maxSteps > 0 && control.maxSteps < 2 ** 31)) refuse("maxSteps", "a positive 32-bit integer");
  if (!(control.safety > 0 && control.safety < 1)) refuse("safety", "between 0 and 1");
  if (!(control.grow > 1)) refuse("grow", "above 1");
  if (!(control.shrink > 0 && control.shrink < 1)) refuse("shrink", "between 0 and 1");
  if (!(control.retreat > 0 && control.retreat < 1)) refuse("retreat", "between 0 and 1");
  return control;
}

/** Field by field: this happens once a solve, and a loop over names would cost as much as some steps. */
const merged = (control: OdeControl, override: Partial<OdeControl>): OdeControl => ({
  rtol: override.rtol ?? control.rtol,
  atol: override.atol ?? control.atol,
  maxSteps: override.maxSteps ?? control.maxSteps,
  safety: override.safety ?? control.safety,
  grow: override.grow ?? control.grow,
  shrink: override.shrink ?? control.shrink,
  retreat: override.retreat ?? control.retreat,
});
