export { writeReport } from "./page.ts";
export { verdictLines, verdictSentence } from "./section/verdict.ts";
export type { VerdictLine } from "./section/verdict.ts";
export { plots } from "./plots/index.ts";
export type { Cell, Column, DataTable, Drawing, PlotKind } from "./drawing.ts";
export { seriesStyle } from "./series-style.ts";
export type { SeriesStyle } from "./series-style.ts";
export { manifestOf, manifestSchema, readManifest, reproduceLine, writeManifest } from "./manifest.ts";
export type { Json, Machine, Manifest, ManifestFile, ManifestParts } from "./manifest.ts";
