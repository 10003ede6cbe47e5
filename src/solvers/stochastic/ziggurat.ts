/** Layers of the ziggurat under e^-x: eight random bits choose one. */
export const zigguratLayers = 256;

/** Where the tail begins, and the area of every layer. @source Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08, sec. 2.2 */
export const zigguratTail = 7.697117470131050;
const layerArea = 0.003949659822581557;

export interface Ziggurat {
  /** Right ends of the layers, from the widest up, then 0 [257]; the first belongs to the tail's layer, as wide as its area wants. */
  readonly ends: Float64Array;
  /** e^-x at those ends [257]; 0 at the first, where the tail is cut off. */
  readonly heights: Float64Array;
}

/**
 * The ziggurat under the exponential density, computed from its two constants.
 * @source Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08 (layers of equal area); index and position are drawn from
 * different bits, as Leong et al. 2005, doi:10.18637/jss.v012.i07, found necessary.
 */
export function ziggurat(): Ziggurat {
  const ends = new Float64Array(zigguratLayers + 1);
  const heights = new Float64Array(zigguratLayers + 1);
  ends[0] = layerArea * Math.exp(zigguratTail);
  let end = zigguratTail;
  for (let layer = 1; layer < zigguratLayers; layer++) {
    ends[layer] = end;
    heights[layer] = Math.exp(-end);
    end = -Math.log(layerArea / end + Math.exp(-end));
  }
  heights[zigguratLayers] = 1;
  return { ends, heights };
}
