import type { PublishedScore } from "../result.ts";

const model = "CellBox";
const source = "Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013";

/** What CellBox's authors report on SK-MEL-133, by the ids this project gives the splits. */
export const cellboxScores: readonly PublishedScore[] = [
  { split: "random", model, metric: "r99", value: 0.926, source: `${source}; 1,000 models averaged` },
  { split: "random", model, metric: "mse87", value: 0.0321, source: `from the averaged predictions in github.com/sanderlab/CellBox` },
  { split: "single-to-combo", model, metric: "r99", value: 0.924, source },
  { split: "singles-seen", model, metric: "r99", value: 0.935, source },
  { split: "unseen-drug", model, metric: "r99", value: 0.78, source },
];
