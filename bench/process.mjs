// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Longest wait for one answer · s. */
const patience = 300;

/**
 * Starts a peer that answers one JSON line for one JSON line.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ readonly env?: NodeJS.ProcessEnv, readonly cwd?: string, readonly patience?: number }} [options] patience · s for one answer
 */
export function startPeer(command, args, options = {}) {
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"], env: options.env ?? process.env, cwd: options.cwd });
  let complaints = "";
  child.stderr.on("data", (data) => {
    complaints = (complaints + String(data)).slice(-2000);
  });
  /** @type {{ resolve(answer: any): void, reject(error: Error): void } | null} */
  let waiting = null;
  let over = false;
  const end = (/** @type {string} */ why) => {
    over = true;
    waiting?.reject(new Error(`${command}: ${why}${complaints === "" ? "" : `: ${complaints.trim().split("\n").at(-1)}`}`));
    waiting = null;
  };
  child.on("error", (error) => end(error.message));
  child.on("close", (code, signal) => end(`ended with ${signal ?? code}`));
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) => {
    // Peers' libraries print too; answers are the lines that hold an object.
    if (!line.startsWith("{") || !waiting) return;
    const { resolve, reject } = waiting;
    waiting = null;
    try {
      const answer = JSON.parse(line.replaceAll(/\b(?:-?Infinity|-?nan|NaN|-?inf)\b/g, "null"));
      if (typeof answer.error === "string") reject(new Error(answer.error));
      else resolve(answer);
    } catch (error) {
      reject(/** @type {Error} */ (error));
    }
  });
  return {
    /** @returns {Promise<any>} */
    ask(/** @type {object} */ request) {
      if (over) return Promise.reject(new Error(`${command} has ended`));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          child.kill("SIGKILL");
          end(`gave no answer within ${options.patience ?? patience} s`);
        }, 1000 * (options.patience ?? patience));
        const settle = (/** @type {(value: any) => void} */ how) => (/** @type {any} */ value) => {
          clearTimeout(timer);
          how(value);
        };
        waiting = { resolve: settle(resolve), reject: settle(reject) };
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
    },
    close() {
      child.stdin.end();
      if (!over) child.kill();
    },
  };
}
