import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env["SEMIMECH_DATA"] ?? null;

/** Whether a data folder is there; tests that need one are skipped, and counted as skipped, without it. */
export function hasData(folder: string): boolean {
  return root !== null && existsSync(join(root, folder));
}

/** Text of a measured data file. */
export function dataText(path: string): string {
  if (root === null) throw new Error(`set SEMIMECH_DATA to the folder that holds ${path}`);
  return readFileSync(join(root, path), "utf8");
}

/** How a test that needs data is named, so that a skipped one says what it wants. */
export const needs = (folder: string, what: string): string => `${what} (needs SEMIMECH_DATA/${folder})`;

/** Paths of the files of a folder and the folders in it, relative to the data folder; none without data. */
export const dataFiles = (folder: string): string[] =>
  root !== null && hasData(folder) ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)).toSorted() : [];
