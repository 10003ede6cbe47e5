import { additive } from "./additive.ts";
import { additiveLog } from "./additive-log.ts";
import { averageSingle } from "./average-single.ts";
import { bliss } from "./bliss.ts";
import type { TableBaseline } from "./kind.ts";
import { largestSingle } from "./largest-single.ts";
import { lastValue } from "./last-value.ts";
import { lowRank } from "./low-rank.ts";
import { noChange } from "./no-change.ts";
import { ridgeDose, ridgeDoseIntercept, ridgeOneHot, ridgeOneHotIntercept } from "./ridge.ts";
import { sharedMean } from "./shared-mean.ts";
import { smallestSingle } from "./smallest-single.ts";
import { trainingMean } from "./training-mean.ts";

/** Every baseline that only reads tables, in the order of the score table. */
export const tableBaselines: readonly TableBaseline[] = [
  noChange,
  lastValue,
  trainingMean,
  sharedMean,
  additive,
  additiveLog,
  smallestSingle,
  largestSingle,
  averageSingle,
  bliss,
  ridgeOneHot,
  ridgeDose,
  ridgeOneHotIntercept,
  ridgeDoseIntercept,
  lowRank,
];

export type { BaselineAnswer, BaselineFacts, TableBaseline } from "./kind.ts";
