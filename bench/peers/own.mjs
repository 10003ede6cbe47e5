// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildNative, nativeFlags } from "../native.mjs";
import { startPeer } from "../process.mjs";
import { semimech } from "../semimech.mjs";

const driver = fileURLToPath(new URL("./own.c", import.meta.url));

/** First byte and length of the block that holds all these addresses. */
function blockOf(/** @type {Readonly<Record<string, number>>} */ addresses, /** @type {number} */ size) {
  const all = Object.values(addresses);
  return { first: Math.min(...all), bytes: Math.max(...all) + size - Math.min(...all) };
}

/**
 * Our own program, emitted as C: the same algorithm without a virtual machine.
 *
 * @param {string} home
 * @param {import("../problems/problem.mjs").Prepared} problem
 * @param {Awaited<ReturnType<typeof import("./semimech.mjs").semimechContender>>} ours
 * @returns {Promise<import("../precision.mjs").Contender>}
 */
export async function ownContender(home, { id, system, parameters, state, times }, { solver, program, variants }) {
  const { cText } = await semimech("kernel/c.js");
  if (!program) throw new Error(`${variants[0]} writes no single program`);
  // A run that has begun leaves in memory all that the loop reads; its image is where the native run starts.
  solver.begin({ parameters, state, times });
  const { instance, memory } = solver;
  const image = new Uint8Array(instance.f64.buffer.slice(0));
  const reached = new Int32Array(image.buffer, memory.integer.reached, 1);
  reached[0] = 0;
  const outputs = new Int32Array(image.buffer, memory.integer.outputsAddress, 1)[0] ?? 0;
  const { text, header } = cText(program, { memoryBytes: image.length });
  const real = blockOf(memory.real, 8);
  const integer = blockOf(memory.integer, 4);
  const first = Math.min(real.first, integer.first);
  const end = Math.max(real.first + real.bytes, integer.first + integer.bytes);
  const places = { CONTROL: first, CONTROL_BYTES: end - first, STATE: memory.state, STATE_BYTES: 8 * system.states.length, RTOL: memory.real.rtol, ATOL: memory.real.atol, OUTPUTS: outputs, VALUES: times.length * system.states.length };
  const macros = Object.entries(places).map(([name, value]) => `#define ${name} ${value}`);
  const executable = buildNative(home, { name: `own-${id}`, files: [driver], text: { "program.h": `${header}${macros.join("\n")}\n`, "program.c": text }, flags: [...nativeFlags, "-fno-math-errno"] });
  const folder = join(home, "native", "images");
  mkdirSync(folder, { recursive: true });
  const imageFile = join(folder, `${id.replaceAll(/\W/g, "_")}-${variants[0]}.bin`);
  writeFileSync(imageFile, image);
  const peer = startPeer(executable, [imageFile]);
  return {
    key: "native-c",
    variants,
    async run({ rtol, atol }) {
      const { seconds, values } = await peer.ask({ do: "run", rtol, atol, seconds: 0 });
      return { seconds, values: Float64Array.from(values, (/** @type {number | null} */ value) => value ?? NaN) };
    },
    time: async ({ rtol, atol }, seconds) => (await peer.ask({ do: "time", rtol, atol, seconds })).seconds,
    close: () => peer.close(),
  };
}
