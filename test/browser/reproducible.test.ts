import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const browser = [process.env["SEMIMECH_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path !== undefined && existsSync(path));
const isBuilt = existsSync(join(root, "dist", "solvers", "compile.js"));
const missing = browser === undefined ? "no Chromium is installed; SEMIMECH_CHROMIUM names one" : isBuilt ? null : "dist is not built; npm run build";

/** Runs in Node and in a page alike: the bits of every value of several runs, as one line of hexadecimal. */
const program = `
async function bits(load, target) {
  const [{ readReactionText }, { odeSystem }, { initialState }, { compileSolver }, { rodas5p }, { tsit5 }, { bdf }] = await Promise.all(
    ["models/text.js", "models/compile.js", "models/initial-state.js", "solvers/compile.js", "solvers/ode/rodas5p.js", "solvers/ode/tsit5.js", "solvers/ode/bdf.js"].map(load));
  const { network } = readReactionText("A -> B; k*A^n/(0.5 + A^n)\\nB -> C; B*exp(-E/(0.3 + C))\\nC -> A; C*ln(1 + 3*B)\\nA = 1; B = 0.3; C = 0.2; k = 1.7; n = 2.3; E = 0.4");
  const { system } = odeSystem(network);
  const parameters = Float64Array.from(system.parameterValues);
  const state = initialState(system, parameters);
  const found = [];
  for (const method of [tsit5, rodas5p, bdf]) {
    const solver = await compileSolver(system, { method, target, reproducible: true, control: { rtol: 1e-8, atol: 1e-10 } });
    const { values, status, statistics } = solver.solve({ parameters, state, times: Float64Array.of(0.5, 1, 5, 20, 100) });
    found.push(method.facts.id + " " + status.status + " " + statistics.accepted + " " + Array.from(new BigUint64Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)), (word) => word.toString(16)).join(" "));
  }
  return found.join("; ");
}`;

const page = `<!doctype html><script type="importmap">{"imports":{"fastest-levenshtein":"/node_modules/fastest-levenshtein/esm/mod.js"}}</script><pre id="found"></pre>
<script type="module">${program}
try { document.getElementById("found").textContent = await bits((path) => import("/dist/" + path), "wasm"); } catch (error) { document.getElementById("found").textContent = "failed: " + error; }
</script>`;

describe("reproducible bits", () => {
  it.skipIf(missing !== null)(`are the same in Node, in WebAssembly and JavaScript, and in Chromium${missing === null ? "" : ` (${missing})`}`, async () => {
    const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".json": "application/json" };
    const server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
      if (path === "/") return void response.setHeader("content-type", "text/html").end(page);
      readFile(join(root, path)).then(
        (content) => response.setHeader("content-type", types[extname(path)] ?? "text/plain").end(content),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const profile = await mkdtemp(join(tmpdir(), "semimech-browser-"));
    try {
      const node = new Function("load", "target", `${program}; return bits(load, target);`) as (load: (path: string) => Promise<unknown>, target: string) => Promise<string>;
      const load = (path: string): Promise<unknown> => import(join(root, "dist", path));
      const [wasm, javaScript] = [await node(load, "wasm"), await node(load, "javascript")];
      const { port } = server.address() as AddressInfo;
      const { stdout } = await promisify(execFile)(
        browser ?? "",
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`, "--virtual-time-budget=60000", "--dump-dom", `http://127.0.0.1:${port}/`],
        { timeout: 100_000, maxBuffer: 2 ** 24 },
      );
      expect(wasm).toMatch(/tsit5 done .*rodas5p done .*bdf done/);
      expect(javaScript).toBe(wasm);
      expect(/<pre id="found">([^<]*)</.exec(stdout)?.[1]).toBe(wasm);
    } finally {
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    }
  }, 120_000);
});
