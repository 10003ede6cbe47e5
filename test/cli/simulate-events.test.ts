import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulateOutput, type SimulateOutput } from "../../src/cli/simulate-output.ts";
import { odeMethods } from "../../src/solvers/ode/index.ts";
import { semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-events-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(models, name), text);
  return join(models, name);
};

async function answered(...argv: readonly string[]): Promise<SimulateOutput> {
  const said = await semimech(["simulate", ...argv, "--json"]);
  expect([said.code, said.err]).toEqual([0, ""]);
  return simulateOutput.parse(JSON.parse(said.out));
}

async function wrong(...argv: string[]): Promise<string> {
  const said = await semimech(["simulate", ...argv]);
  expect([said.code, said.out]).toEqual([2, ""]);
  return said.err;
}

test.each(Object.keys(odeMethods))("simulate --method %s follows doses, thresholds and delays", async (method) => {
  // Decay at rate 1 from 1, a dose of 1 at time 2, a mark when half is left, and another 0.5 later.
  const model = file("dose.ant", "A -> ; k*A; k = 1; A = 1; half = 0; later = 0\ndose: at time >= 2: A = A + 1\nmark: at A < 0.5: half = time\nlate: at 0.5 after A < 0.5, fromTrigger = false: later = time\n");
  const { rows, columns } = await answered(model, "--method", method, "--rtol", "1e-8", "--atol", "1e-10", "--times", "0,1,3,4");
  const column = (name: string): number[] => rows.map((row) => Number(row[columns.indexOf(name)]));
  const again = 2 + Math.log((Math.exp(-2) + 1) / 0.5);
  // 1000 rtol: rosenbrock23, of order 2, takes some thousand steps.
  const slack = 1e-5;
  const near = (found: readonly number[], expected: readonly number[]): void => expected.forEach((value, row) => expect(Math.abs((found[row] ?? Number.NaN) - value)).toBeLessThan(slack));
  near(column("A"), [1, Math.exp(-1), Math.exp(-3) + Math.exp(-1), Math.exp(-4) + Math.exp(-2)]);
  near(column("half"), [0, Math.log(2), again, again]);
  near(column("later"), [0, 0, Math.log(2) + 0.5, again + 0.5]);
});

test("simulate --reproducible names what of an event has other bits elsewhere, triggers over time alone too", async () => {
  const model = file(
    "waves.ant",
    `A -> ; k*A; k = 0.7; A = 1; n = 0
    over: at time > 5*sin(k): A = A + 1
    gives: at A < 0.3: A = A + 0.5*cos(k)
    waits: at tan(k) after A < 0.2: n = n + 1
    first: at A < 0.1, priority = arctan(k): n = n + 1
    fine: at time > exp(k): n = n + 1\n`,
  );
  expect((await semimech(["simulate", model, "--times", "0,1"])).code).toBe(0);
  const said = await wrong(model, "--times", "0,1", "--reproducible");
  for (const place of ['the trigger of event "over"', 'what event "gives" assigns to "A"', 'the delay of event "waits"', 'the priority of event "first"']) expect(said).toContain(`--reproducible: ${place} takes a trigonometric function`);
  expect(said).not.toContain("fine");
  const own = file("own.ant", "A -> ; k*A; k = 0.7; A = 1; n = 0\nfine: at time > exp(k): n = n + log(2)\n");
  expect((await answered(own, "--times", "0,3", "--reproducible")).rows[1]?.at(-1)).toBe(Math.log(2));
});

test("simulate says what to do where events and an option do not go together", async () => {
  const model = file("both.ant", "A -> ; k*A; k = 1; A = 100; n = 0\ndose: at time >= 2: A = A + 1, n = n + 1\n");
  expect(await wrong(model, "--method", "odex", "--reproducible")).toContain("--reproducible: the steps of odex are taken by a package, whose bits are its own; choose another method, or leave the option out");
  expect(await wrong(model, "--method", "odex", "--non-negative")).toContain('--non-negative: "n" follows a rule or an event and may be negative; leave the option out');
  expect(await wrong(model, "--method", "odex", "--first-passage", "A < 50")).toContain("--first-passage has no meaning for odex");
  expect(await wrong(model, "--method", "tau-leaping")).toContain('event "dose": stochastic methods do not follow events yet; remove event "dose", or simulate with an ODE method or exactly, with --method ssa');
});
