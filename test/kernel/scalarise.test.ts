import { describe, expect, it } from "vitest";
import { f64x2, programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../src/kernel/layout.ts";
import { scalarise } from "../../src/kernel/scalarise.ts";

/** A pair that is one number twice (theta and a power of it), one that begins so and does not stay so, and one that never is. */
function programOfPairs() {
  const layout = memoryLayout();
  const [vector, target] = [layout.f64(2), layout.f64(6)];
  const builder = programBuilder();
  builder.function("run", { parameters: { x: "f64" } }, (b, { x }) => {
    if (!x) return;
    const theta = b.local("f64x2", "theta", f64x2.splat(x));
    const power = b.local("f64x2", "power", f64x2.mul(theta, f64x2.add(0.3, f64x2.mul(theta, theta))));
    const changing = b.local("f64x2", "changing", f64x2.const(2));
    const scaled = b.local("f64x2", "scaled", f64x2.mul(theta, changing));
    b.store(target, power);
    b.set(changing, f64x2.add(changing, f64x2.load(vector)));
    b.set(scaled, f64x2.mul(power, changing));
    b.store(target, changing, 16);
    b.store(target, f64x2.sub(scaled, theta), 32);
  });
  return { program: builder.finish(layout.bytes), vector: vector / 8, target: target / 8 };
}

describe("pairs without lanes", () => {
  it("are one number where both lanes always hold the same, and two elsewhere", () => {
    const [run] = scalarise(programOfPairs().program, "a test").functions;
    const names = run?.locals.map(({ name }) => name) ?? [];
    expect(names.filter((name) => !name.startsWith("lane"))).toEqual(["x", "theta", "power", "changing.0", "changing.1", "scaled.0", "scaled.1"]);
  });

  it("give the same bits as pairs", async () => {
    const { program, vector, target } = programOfPairs();
    const results = await Promise.all(
      (["wasm", "javascript"] as const).map(async (kind) => {
        const instance = await instantiate(program, kind);
        instance.f64.set([0.1, -7.3], vector);
        instance.functions["run"]?.(1 / 3);
        return [...instance.f64.subarray(target, target + 6)];
      }),
    );
    const [x, first] = [1 / 3, results[0] ?? []];
    const power = x * (0.3 + x * x);
    expect(first).toEqual([power, power, 2 + 0.1, 2 - 7.3, power * (2 + 0.1) - x, power * (2 - 7.3) - x]);
    expect(results[1]).toEqual(first);
  });
});
