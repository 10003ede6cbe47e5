import { describe, expect, it } from "vitest";
import { f64, f64x2, programBuilder } from "../../src/kernel/builder.ts";
import { reproducible } from "../../src/kernel/reproducible.ts";

describe("a program whose bits are to be the same everywhere", () => {
  it("comes back as it is, with every elementary function that it computes itself", () => {
    const builder = programBuilder();
    builder.function("f", { parameters: { x: "f64" }, result: "f64" }, (b, { x }) => x && b.return(f64.math("pow", f64.math("tanh", x), f64x2.sumLanes(f64x2.math("log", f64x2.splat(x))))));
    const program = builder.finish(0);
    expect(reproducible(program)).toBe(program);
  });

  it("is refused by the name of what only the host has", () => {
    const builder = programBuilder();
    builder.function("f", { parameters: { x: "f64" }, result: "f64" }, (b, { x }) => x && b.return(f64.math("sin", f64.math("exp", x))));
    builder.function("g", { exported: false }, (b) => b.store(16, f64x2.math("atan", f64x2.load(16))));
    expect(() => reproducible(builder.finish(32))).toThrow(/calls sin in "f", atan in "g", whose bits/);
  });
});
