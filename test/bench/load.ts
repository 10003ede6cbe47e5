import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A module of `bench/`, which is plain JavaScript. */
export const load = async <Module>(path: string): Promise<Module> => (await import(/* @vite-ignore */ new URL(`../../bench/${path}`, import.meta.url).href)) as Module;

/** Whether the project is built: problems are made with what is measured. */
export const isBuilt = existsSync(fileURLToPath(new URL("../../dist/models/index.js", import.meta.url)));
