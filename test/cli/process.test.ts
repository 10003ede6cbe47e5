import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/study/result.ts";
import { freshFolder } from "./session.ts";

/** The compiled command line: `npm test` builds it first. */
const main = fileURLToPath(new URL("../../dist/bundle/cli.js", import.meta.url));
const scenario = fileURLToPath(new URL("../../scenarios/missing-reaction", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Milliseconds from the signal to the end. */
  readonly stopTook: number;
}

/** Runs the compiled program; `interrupt` sees what it says and answers true when Ctrl-C is to be pressed. */
function semimech(argv: readonly string[], options: { readonly input?: string; readonly cwd?: string; readonly interrupt?: (said: string) => number | null } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...argv], { cwd: options.cwd ?? freshFolder(), env: { ...process.env, NO_COLOR: "1" } });
    const said = { out: "", err: "" };
    let signalled = Number.NaN;
    child.stdout.on("data", (part: Buffer) => (said.out += part.toString()));
    child.stderr.on("data", (part: Buffer) => {
      said.err += part.toString();
      const after = Number.isNaN(signalled) ? (options.interrupt?.(said.err) ?? null) : null;
      if (after === null) return;
      signalled = 0;
      setTimeout(() => {
        signalled = performance.now();
        child.kill("SIGINT");
      }, after);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said, stopTook: performance.now() - signalled }));
    child.stdin.end(options.input ?? "");
  });
}

describe.skipIf(!existsSync(main))("the compiled command line", () => {
  test("reads a model from stdin, prints data on stdout and nothing else", async () => {
    const ended = await semimech(["simulate", "-", "--times", "0,1", "--quiet"], { input: "A -> B; k*A\nA = 1; B = 0; k = 0\n" });
    expect(ended).toMatchObject({ code: 0, out: "time\tA\tB\n\t\t\n0\t1\t0\n1\t1\t0\n", err: "" });
  });

  test("answers with the exit codes of the contract", async () => {
    expect((await semimech(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await semimech(["nonsense"])).code).toBe(2);
    expect((await semimech(["validate", "-"], { input: "A -> \n-> ;; 3" })).code).toBe(1);
    expect((await semimech(["simulate", "-", "--end", "2"], { input: "-> X; X^2\nX = 1\n" })).code).toBe(3);
  });

  test("a reader that closes early is no error", async () => {
    const ended = await new Promise<{ readonly code: number | null; readonly err: string }>((resolve, reject) => {
      const child = spawn(process.execPath, [main, "simulate", "lotka-volterra", "--points", "200000", "--quiet"]);
      let err = "";
      child.stderr.on("data", (part: Buffer) => (err += part.toString()));
      child.stdout.once("data", () => child.stdout.destroy());
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, err }));
    });
    expect(ended).toEqual({ code: 0, err: "" });
  });

  test("Ctrl-C in the middle of compiled fits on worker threads: 130 within a second, checkpoints kept, --resume goes on", { timeout: 120_000 }, async () => {
    const cwd = freshFolder();
    const first = await semimech(["run", scenario, "--threads", "2", "--out", "run"], { cwd, interrupt: (said) => (said.includes("fits on 2 threads") ? 5000 : null) });
    expect(first.code).toBe(130);
    // The contract's second, and the operating system's time to end the process.
    expect(first.stopTook).toBeLessThan(1300);
    expect(first.err).toContain("semimech run --resume run");
    expect(existsSync(join(cwd, "run", "result.json"))).toBe(false);
    expect(readFileSync(join(cwd, "semimech-ledger.ndjson"), "utf8")).not.toContain('"access"');
    const kept = readdirSync(join(cwd, "run", "state")).length + readdirSync(join(cwd, "run", "results")).length;
    expect(kept).toBeGreaterThan(0);

    const second = await semimech(["run", "--resume", "run", "--max-time", "3", "--json"], { cwd });
    expect(second.code).toBe(4);
    const result = JSON.parse(second.out) as RunResult;
    expect(result.status).toBe("out of budget");
    expect(existsSync(join(cwd, "run", "report.html"))).toBe(true);
  });
});
