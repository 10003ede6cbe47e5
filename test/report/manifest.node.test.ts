import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileFacts, machineFacts, toolFacts } from "../../src/report/manifest.node.ts";
import { manifestSchema } from "../../src/report/index.ts";

test("a file's size and SHA-256", async () => {
  const folder = await mkdtemp(join(tmpdir(), "semimech-manifest-"));
  try {
    const path = join(folder, "abc.txt");
    await writeFile(path, "abc");
    // FIPS 180-4, the standard's one-block example.
    expect(await fileFacts(path, "abc.txt")).toEqual({ path: "abc.txt", bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
    await expect(fileFacts(join(folder, "absent"))).rejects.toThrow("ENOENT");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("facts about tool and machine fit the schema", async () => {
  expect(manifestSchema.shape.machine.safeParse(machineFacts()).success).toBe(true);
  const tool = await toolFacts();
  expect(manifestSchema.shape.tool.safeParse(tool).success).toBe(true);
  expect(tool.version).toMatch(/^\d+\.\d+\.\d+/);
});
