/** What keeping a state costs, and what changing it costs: three ways to split entropy production. */
export { adiabaticDecomposition } from "./adiabatic.ts";
export type { AdiabaticDecomposition } from "./adiabatic.ts";
export type { Dissipation, Undecomposed } from "./dissipation.ts";
export { informationGeometricDecomposition, informationGeometricDefaults } from "./information-geometric.ts";
export type { InformationGeometricDecomposition } from "./information-geometric.ts";
export { logMean } from "./log-mean.ts";
export { onsagerDecomposition } from "./onsager.ts";
export type { OnsagerDecomposition } from "./onsager.ts";
