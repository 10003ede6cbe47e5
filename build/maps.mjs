// @ts-check
/**
 * Takes the text of our own modules out of the bundle's source maps: the package has `src/`, which the maps name, and each text would be
 * packed twice. The text of packages that were taken in stays.
 */
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const [dist = join(root, "dist")] = process.argv.slice(2);
const folder = join(dist, "bundle");
const source = join(root, "src") + sep;

for (const name of readdirSync(folder).filter((file) => file.endsWith(".js.map"))) {
  const file = join(folder, name);
  const map = JSON.parse(readFileSync(file, "utf8"));
  const isOwn = (/** @type {string} */ path) => resolve(folder, path).startsWith(source);
  map.sourcesContent = map.sourcesContent?.map((/** @type {string | null} */ text, /** @type {number} */ index) => (isOwn(map.sources[index]) ? null : text));
  writeFileSync(`${file}.part`, JSON.stringify(map));
  renameSync(`${file}.part`, file);
}
