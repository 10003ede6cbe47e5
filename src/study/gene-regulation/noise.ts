/**
 * Noise of an expression value x · published units: variance `floor² + proportional x + quadratic x²`. GeneNetWeaver adds
 * molecular noise of variance proportional to x, then that of microarrays, x exp(w) with
 * var w = alpha + (beta - alpha) / (1 + x / K), which for x well above K is proportional to x too.
 *
 * @source Tu, Stolovitzky & Klein 2002, doi:10.1073/pnas.222164899; used in Schaffter et al. 2011, doi:10.1093/bioinformatics/btr373
 */
export interface NoiseModel {
  readonly floor: number;
  readonly proportional: number;
  readonly quadratic: number;
}

/** Variance of a value · published units squared; negative values count as 0. */
export function noiseVariance({ floor, proportional, quadratic }: NoiseModel, x: number): number {
  const level = Math.max(0, x);
  return floor * floor + level * (proportional + quadratic * level);
}

/**
 * The scale on which the noise has unit variance: integral of 1 / sd(x) from 0 to x.
 *
 * @source Bartlett 1947, doi:10.2307/3001536 (variance-stabilising transformation)
 */
export function stabilised(noise: NoiseModel, x: number): number {
  const { floor, proportional, quadratic } = noise;
  if (x <= 0) return x / floor;
  const root = Math.sqrt(quadratic);
  const at = (level: number): number => Math.log(2 * root * Math.sqrt(noiseVariance(noise, level)) + 2 * quadratic * level + proportional) / root;
  return at(x) - at(0);
}

/** Slope of `stabilised`: 1 / sd(x). */
export const stabilisedSlope = (noise: NoiseModel, x: number): number => 1 / Math.sqrt(noiseVariance(noise, x));
