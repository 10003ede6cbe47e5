// @ts-check
/**
 * Takes out of `dist/` what no module of `src/` gives any more: a module that was moved or removed would be packed, and could still be
 * imported. It runs when everything else has been written, and touches nothing that the build has written: a process that runs from
 * `dist/` meanwhile loses no module that there still is.
 */
import { existsSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const [dist = join(root, "dist"), source = join(root, "src")] = process.argv.slice(2);
/** Written anew as a whole by `bundle.mjs`. */
const bundle = "bundle";

/** The module that a file of `dist/` is made from; null for a file that no build makes. @param {string} file */
const moduleOf = (file) => (/\.(?:d\.ts|js|js\.map)$/.test(file) ? file.replace(/\.(?:d\.ts|js|js\.map)$/, ".ts") : null);

/** Whether a folder is empty afterwards. @param {string} folder @returns {boolean} */
function clean(folder) {
  let left = 0;
  for (const entry of readdirSync(join(dist, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (path === bundle) left++;
      else if (clean(path)) rmdirSync(join(dist, path));
      else left++;
    } else {
      const made = moduleOf(path);
      if (made !== null && !existsSync(join(source, made))) rmSync(join(dist, path));
      else left++;
    }
  }
  return left === 0;
}

if (existsSync(dist)) clean("");
