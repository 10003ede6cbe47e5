import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { semimech } from "../cli/session.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/thermodynamics.md`, "utf8");
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
const commands = block("sh").trimEnd().split("\n");

describe("docs/thermodynamics.md", () => {
  it("is linked from the README", () => {
    const readme = readFileSync(`${root}README.md`, "utf8");
    const links = [...readme.matchAll(/\]\((docs\/[^)]+)\)/g)].map(([, path]) => path ?? "");
    expect(links).toContain("docs/thermodynamics.md");
    for (const path of links) expect(existsSync(`${root}${path}`)).toBe(true);
  });

  it("has an example of a dozen lines that prints what the page says", () => {
    const example = block("js");
    expect(example.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(13);
    const file = `${root}dist/thermodynamics-example.mjs`;
    writeFileSync(file, example);
    const [first = "", ...bounds] = execFileSync(process.execPath, [file], { encoding: "utf8" }).trimEnd().split("\n");
    const [sigma = Number.NaN, current = Number.NaN, diffusion = Number.NaN, tightness = Number.NaN] = first.split(" ").map(Number);
    // Newton's method ends within 1e-11 of the state; the rates here are of order 1 in it.
    expect(sigma).toBeCloseTo((3 / 7) * Math.log(4), 9);
    expect(current).toBeCloseTo(3 / 7, 9);
    expect(diffusion).toBeCloseTo(1, 9);
    expect(tightness).toBeCloseTo((sigma * diffusion) / (2 * current ** 2), 9);
    expect(bounds.length).toBeGreaterThanOrEqual(8);
    for (const line of bounds) expect(line).toMatch(/^[a-z-]+ \S+ true$/);
  });

  it("shows commands", () => expect(commands.length).toBeGreaterThanOrEqual(4));

  it.each(commands)("shows a command that runs: %s", { timeout: 60_000 }, async (command) => {
    const [program, ...argv] = command.split(" ");
    expect(program).toBe("semimech");
    const { code, out } = await semimech(argv);
    expect(code).toBe(0);
    expect(out).not.toBe("");
  });
});
