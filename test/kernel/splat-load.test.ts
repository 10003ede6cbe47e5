import { describe, expect, it } from "vitest";
import { f32x4, f64, f64x2, programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Value } from "../../src/kernel/program.ts";

const run = async (value: Value): Promise<number> => {
  const program = programBuilder();
  program.function("main", { result: "f64" }, (b) => b.return(value));
  const instance = await instantiate(program.finish(64));
  instance.f64.set([0.1, 7], 2);
  new Float32Array(instance.f64.buffer).set([0.3, -5], 8);
  return instance.functions["main"]?.() ?? Number.NaN;
};

describe("a splat load", () => {
  it("puts one element of memory into every lane", async () => {
    expect(await run(f64x2.sumLanes(f64x2.loadSplat(16, 8)))).toBe(14);
    expect(await run(f32x4.sumLanes(f32x4.loadSplat(32, 4)))).toBe(-20);
    expect(await run(f32x4.sumLanes(f32x4.mul(f32x4.loadSplat(32), f32x4.const(0.25))))).toBe(Math.fround(0.3) * 0.25 * 4);
  });

  it("is refused where there are no lanes", async () => {
    const scalar: Value = { kind: "load", type: "f64", address: f64.const(0), offset: 0, splat: true };
    await expect(run({ ...scalar, address: { kind: "constant", type: "i32", value: 16 } })).rejects.toThrow("a splat load gives lanes, got f64");
  });
});
