import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("the README", () => {
  it("has an example of ten lines or so that runs as it stands", () => {
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(`${root}README.md`, "utf8"))?.[1] ?? "";
    expect(example.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(13);
    const file = `${root}dist/readme-example.mjs`;
    writeFileSync(file, example);
    const [states, total, rates] = /^(.*) ([\d.]+) \[(.*)\]\s*$/.exec(execFileSync(process.execPath, [file], { encoding: "utf8" }))?.slice(1) ?? [];
    expect(states).toBe("A E AE B");
    // At rest B/A is K = kOn·kCat/(kOff·kRev) = 100, of 2.011 in all with little bound.
    expect(Number(total)).toBeGreaterThan(1.8);
    expect(Number(total)).toBeLessThan(2);
    const values = rates?.split(",").map(Number) ?? [];
    expect(values.every((value) => value >= 0)).toBe(true);
    expect(values.at(-1)).toBeLessThan(values[0] ?? 0);
  });
});
