// @ts-check
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The build that is timed: `SEMIMECH_DIST`, else this project's `dist/`. */
export const distFolder = resolve(process.env["SEMIMECH_DIST"] ?? fileURLToPath(new URL("../dist/", import.meta.url)));

/** Imports a module of the build, such as "solvers/index.js". @returns {Promise<any>} */
export const semimech = (/** @type {string} */ path) => import(pathToFileURL(`${distFolder}/${path}`).href);
