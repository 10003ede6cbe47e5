// @ts-check
/**
 * Builds after `npm install` and `npm ci` in a checkout, and before `npm pack`. Where the compiler was left out (`--omit=dev`) an install
 * goes on without: what it installs is still right, there is only no `dist/` yet. A package without it would be wrong, so packing fails.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";

/** What the build needs and `--omit=dev` leaves out. */
const needed = ["typescript", "rolldown"];

/** Whether this checkout can import a package. @param {string} name */
function isInstalled(name) {
  try {
    import.meta.resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    // A package may keep its package.json to itself; it is there nevertheless.
    return error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  }
}

const missing = needed.filter((name) => !isInstalled(name));
if (missing.length > 0) {
  const installs = ["install", "ci"].includes(process.env["npm_command"] ?? "");
  const cause = `semimech: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed, so dist/ is not built`;
  console.error(installs ? `${cause}; npm ci without --omit=dev builds it` : `${cause} and nothing can be packed; run npm ci without --omit=dev first`);
  process.exitCode = installs ? 0 : 1;
} else {
  const npm = process.env["npm_execpath"];
  const argv = ["run", "-s", "build"];
  const { status, error } = npm === undefined ? spawnSync("npm", argv, { stdio: "inherit", shell: process.platform === "win32" }) : spawnSync(process.execPath, [npm, ...argv], { stdio: "inherit" });
  if (error) console.error(`semimech: npm run build could not be started: ${error.message}`);
  process.exitCode = status ?? 1;
}
