import { afterEach, describe, expect, it, vi } from "vitest";
import { f64, programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";

interface Host {
  instantiate(...operands: readonly unknown[]): Promise<unknown>;
}

const { WebAssembly: host } = globalThis as unknown as { readonly WebAssembly: Host };

const power = () => {
  const program = programBuilder();
  program.function("power", { parameters: { x: "f64", y: "f64" }, result: "f64" }, (b, { x, y }) => {
    if (x && y) b.return(f64.add(f64.math("pow", x, y), f64.math("sin", x)));
  });
  return program.finish(16);
};

describe("instantiate", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("compiles a small module at once", async () => {
    const later = vi.spyOn(host, "instantiate");
    const { functions } = await instantiate(power());
    expect(functions["power"]?.(2, 10)).toBe(1024 + Math.sin(2));
    expect(later).not.toHaveBeenCalled();
  });

  it("leaves it to another thread in a page, with the same result", async () => {
    vi.stubGlobal("document", {});
    const later = vi.spyOn(host, "instantiate");
    const { functions } = await instantiate(power());
    expect(functions["power"]?.(2, 10)).toBe(1024 + Math.sin(2));
    expect(later).toHaveBeenCalledOnce();
  });
});
