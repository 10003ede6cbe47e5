import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { freshFolder } from "./session.ts";

/** The compiled command line: `npm test` builds it first. Worker threads need it. */
const main = fileURLToPath(new URL("../../dist/bundle/cli.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the compiled program, and presses Ctrl-C `stopAfter` ms after it has said its seed. */
function semimech(argv: readonly string[], cwd: string, stopAfter: number | null = null): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...argv], { cwd });
    const said = { out: "", err: "" };
    child.stdout.on("data", (part: Buffer) => (said.out += part.toString()));
    child.stderr.on("data", (part: Buffer) => {
      if (said.err === "" && stopAfter !== null) setTimeout(() => child.kill("SIGINT"), stopAfter);
      said.err += part.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said }));
    child.stdin.end();
  });
}

/** A model on which a run takes about a millisecond, so that workers start. */
function folderWithModel(): string {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "m.ant"), "J1: => X; b\nJ2: X => ; d*X\nJ3: X + X -> Y; k*X^2 - l*Y\nX = 100; Y = 0; b = 2000; d = 1; k = 1e-3; l = 1\n");
  return cwd;
}

describe.skipIf(!existsSync(main))("simulate on threads", () => {
  const begin = ["simulate", "m.ant", "--times", "0,1,2", "--quantiles", "0.1,0.5,0.9", "--json"];

  test.each([["direct", "900"], ["tau-leaping", "100"]])("%s: the same bits at any number of threads", { timeout: 60_000 }, async (method, runs) => {
    const cwd = folderWithModel();
    const answers = await Promise.all(["1", "2", "5"].map((threads) => semimech([...begin, "--method", method, "--runs", runs, "--threads", threads], cwd)));
    expect(answers.map(({ code, err }) => [code, err])).toEqual([[0, "seed 1\n"], [0, "seed 1\n"], [0, "seed 1\n"]]);
    expect(answers[1]?.out).toBe(answers[0]?.out);
    expect(answers[2]?.out).toBe(answers[0]?.out);
    expect((JSON.parse(answers[0]?.out ?? "{}") as { runs: number }).runs).toBe(Number(runs));
  });

  test("Ctrl-C: 130, what is done is kept, and --resume ends with the bits of an uninterrupted run", { timeout: 60_000 }, async () => {
    const cwd = folderWithModel();
    const argv = [...begin, "--method", "direct", "--runs", "4000", "--threads", "2"];
    // Workers have been started by then, and most of the work is still to be done.
    const stopped = await semimech([...argv, "--out", "kept"], cwd, 600);
    expect(stopped.code).toBe(130);
    const { runs } = JSON.parse(stopped.out) as { readonly runs: number };
    expect(runs).toBeLessThan(4000);
    const state = JSON.parse(readFileSync(join(cwd, "kept", "state.json"), "utf8")) as { readonly runs: number; readonly blocks: number };
    expect(state.runs).toBeLessThanOrEqual(runs);
    const [resumed, whole] = await Promise.all([semimech(["simulate", "--resume", "kept", "--json"], cwd), semimech(argv, cwd)]);
    expect([resumed.code, whole.code]).toEqual([0, 0]);
    expect(resumed.out).toBe(whole.out);
  });
});
