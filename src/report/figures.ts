import type { RunResult } from "../study/result.ts";
import { contextOf } from "./context.ts";
import type { Manifest } from "./manifest.ts";
import { scoreDrawings } from "./section/scores.ts";

/** A run's headline figures as stand-alone SVG, by file name: the primary metric of every model, one file per split. */
export function writeFigures(result: RunResult, manifest: Manifest): Readonly<Record<string, string>> {
  return Object.fromEntries(scoreDrawings(contextOf(result, manifest)).map((drawing) => [`figures/score-${drawing.title.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}.svg`, drawing.svg]));
}
