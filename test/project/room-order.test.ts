import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const oxlint = join(root, "node_modules", ".bin", "oxlint");

/** Runs the project's own lint configuration over a folder laid out like the project. */
function lint(folder: string): { code: number; output: string } {
  try {
    return { code: 0, output: execFileSync(oxlint, ["src"], { cwd: folder, encoding: "utf8" }) };
  } catch (error) {
    const failed = error as { status: number; stdout: string };
    return { code: failed.status, output: failed.stdout };
  }
}

describe("the room order", () => {
  const folder = mkdtempSync(join(tmpdir(), "semimech-rooms-"));
  cpSync(join(root, "test/fixtures/room-order"), folder, { recursive: true });
  cpSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("refuses an import from a later room and a node: module, in the deliberately wrong fixture", () => {
    const { code, output } = lint(folder);
    expect(code).not.toBe(0);
    expect(output).toContain("../models/network.ts");
    expect(output).toContain("'node:fs'");
  });
});
