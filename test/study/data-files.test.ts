import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/study/canonical.ts";
import { cacheFolder, dataPlaces, readPinnedData } from "../../src/study/data-files.node.ts";
import type { DataFile } from "../../src/study/data-manifest.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "semimech-data-"));
const content = "condition\tvalue\na\t1\n";
let served = content;
let asked = 0;
const server = createServer((_, answer) => {
  asked += 1;
  answer.end(served);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)));

async function pinned(): Promise<DataFile> {
  const { port } = server.address() as AddressInfo;
  return { name: "toy/a.tsv", url: `http://127.0.0.1:${port}/a.tsv`, sha256: await sha256(content), bytes: content.length, license: "CC0-1.0", citation: "nobody" };
}

function folderWith(text: string): string {
  const folder = fresh();
  mkdirSync(join(folder, "toy"));
  writeFileSync(join(folder, "toy", "a.tsv"), text);
  return folder;
}

describe("readPinnedData", () => {
  test("looks in --data, then SEMIMECH_DATA, then the cache, then downloads into the cache once", async () => {
    const file = await pinned();
    const cache = fresh();
    const nowhere = fresh();
    const texts = async (given: string | null, environment: string | null) => {
      const answer = await readPinnedData([file], { given, environment, cache, download: true });
      return "problems" in answer ? answer.problems : answer.texts.get("toy/a.tsv");
    };
    asked = 0;
    expect(await texts(folderWith(content), null)).toBe(content);
    expect(await texts(nowhere, folderWith(content))).toBe(content);
    expect(asked).toBe(0);
    expect(await texts(null, null)).toBe(content);
    expect(await texts(nowhere, nowhere)).toBe(content);
    expect(asked).toBe(1);
    expect(readdirSync(join(cache, "data", file.sha256.slice(0, 16), "toy"))).toEqual(["a.tsv"]);
  });

  test("a file that is there but differs is refused, never passed over", async () => {
    const file = await pinned();
    const place = { cache: fresh(), download: true };
    const same = await readPinnedData([file], { given: folderWith(content.replace("1", "2")), environment: folderWith(content), ...place });
    expect("problems" in same && same.problems[0]).toMatch(/\(--data\) is not the pinned toy\/a\.tsv: SHA-256 is [0-9a-f]{12}…, expected [0-9a-f]{12}…; replace or remove it/);
    const longer = await readPinnedData([file], { given: null, environment: folderWith(`${content}b\t2\n`), ...place });
    expect("problems" in longer && longer.problems[0]).toContain(`${content.length + 4} bytes, expected ${content.length}`);
  });

  test("all misses at once, each with the cause and what to do; a wrong download is never kept", async () => {
    const file = await pinned();
    const cache = fresh();
    const gone = { ...file, name: "toy/b.tsv", url: "http://127.0.0.1:9/b.tsv" };
    served = "something else";
    const answer = await readPinnedData([file, gone], { given: null, environment: "/nowhere", cache, download: true });
    served = content;
    if (!("problems" in answer)) throw new Error("found what is not there");
    expect(answer.problems.length).toBe(2);
    expect(answer.problems[0]).toContain("is not the pinned file");
    expect(answer.problems[1]).toContain("cannot download http://127.0.0.1:9/b.tsv");
    for (const problem of answer.problems) expect(problem).toMatch(/is missing: looked in \/nowhere, .*\. Put the file \(\d+ bytes, SHA-256 [0-9a-f]{64}\) at DIR\/toy\/[ab]\.tsv and give --data DIR or set SEMIMECH_DATA=DIR/);
    expect(readdirSync(cache)).toEqual([]);
  });
});

test("the cache lies where the system keeps caches", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/c" }, "linux")).toBe(join("/c", "semimech"));
  expect(cacheFolder({}, "linux")).toMatch(/\.cache.semimech$/);
  expect(cacheFolder({}, "darwin")).toMatch(/Library.Caches.semimech$/);
  expect(cacheFolder({ LOCALAPPDATA: "L" }, "win32")).toBe(join("L", "semimech", "cache"));
  expect(dataPlaces("d", { SEMIMECH_DATA: "" }).environment).toBe(null);
});
