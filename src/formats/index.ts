export { readCellBox } from "./cellbox.ts";
export type { CellBoxData, CellBoxFiles } from "./cellbox.ts";
export { gnwResponseTable, readGnw } from "./gnw.ts";
export type { GnwData, GnwFiles, GnwOptions } from "./gnw.ts";
export { readGnwParameters, readGnwStructure } from "./gnw-structure.ts";
export type { GnwGeneParameters, GnwModule, GnwRegulation, GnwStructure } from "./gnw-structure.ts";
export { readNumberTable } from "./number-table.ts";
export type { NumberTable, NumberTableOptions } from "./number-table.ts";
