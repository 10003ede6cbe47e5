/** What nature allows: entropy production, scaled diffusion, uncertainty relation, and the checks on them. */
export { thermoAlong } from "./along.ts";
export type { Path, ThermoAlong, ThermoAlongResult } from "./along.ts";
export { findingsOf, thermoChecks } from "./checks/index.ts";
export type { CheckFacts, Evidence, ThermoCheck } from "./checks/index.ts";
export type { Finding } from "./finding.ts";
export { fluxFrom } from "./force.ts";
export type { Flux } from "./force.ts";
export { fluxesOf } from "./fluxes.ts";
export type { FluxPoint, Fluxes, FluxesOptions, FluxesResult, OutOfDomain } from "./fluxes.ts";
export { observableOf, readObservable } from "./observable.ts";
export type { Observable, ObservableResult } from "./observable.ts";
export type { ReactionFlux, ReactionKind } from "./reaction-flux.ts";
export { thermoDefaults, thermoReport } from "./report.ts";
export type { ThermoReport, ThermoReportObservable, ThermoReportOptions, ThermoReportResult, ThermoReportRow } from "./report.ts";
export { cycleAffinities, deficiency, structureOf } from "./structure.ts";
export type { CycleAffinity, NetworkStructure } from "./structure.ts";
export { observe, scaledDiffusion, tightnessOf, totalActivity, totalEntropyProduction } from "./uncertainty.ts";
export type { ObservablePoint } from "./uncertainty.ts";
