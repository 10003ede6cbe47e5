import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { systemOfNetwork } from "../thermo/states.ts";
import { systemOf } from "./problems.ts";

/** A stiff network of the zoo. */
export const zooSystem = (id: "robertson" | "hires" | "oregonator"): OdeSystem => systemOfNetwork(zoo[id].network);

/** Time stands in the rates. */
export const forcedRates = systemOf(
  "forced",
  { m: "alpha/(1 + (p/K)^h) - m + sin(time*w)", p: "beta*(m - p) - tanh(u*q)", q: "k*p*m*cos(w*time)^2 - d*q^2" },
  { m: 0.4, p: 1.2, q: 0.3 },
  { alpha: 3, K: 0.8, h: 2.5, beta: 1.3, k: 0.7, d: 0.9, u: 0.4, w: 0.2 },
);

/** A stiff pair with a residual of tanh units beside it. */
export function neural(): OdeSystem {
  const parameters: Record<string, number> = { k: 300 };
  const weight = (name: string): string => {
    parameters[name] = 0.6 * Math.sin(1 + 2.3 * Object.keys(parameters).length);
    return name;
  };
  const units = Array.from({ length: 4 }, (_, unit) => `tanh(${weight(`b${unit}`)} + ${weight(`u${unit}`)}*x + ${weight(`v${unit}`)}*y)`);
  const residual = units.map((unit, index) => `${weight(`w${index}`)}*${unit}`).join(" + ");
  return systemOf("neural", { x: `k*(y^2 - x) + ${residual}`, y: `x - y*(1 + y) - (${residual})` }, { x: 0.8, y: 0.9 }, parameters);
}

const outflow = (index: number): string => (index < 0 ? "piecewise(source, time < 1.3, 3*source)" : `V*y${index}/(K + y${index})`);

/** A chain with saturable steps whose inflow jumps in time; too long for a step in locals. */
export function chain(size: number): OdeSystem {
  const rates = Object.fromEntries(Array.from({ length: size }, (_, index) => [`y${index}`, `${outflow(index - 1)} - ${outflow(index)}`]));
  return systemOf("chain", rates, Object.fromEntries(Array.from({ length: size }, (_, index) => [`y${index}`, 2 / (1 + index)])), { V: 3, K: 0.4, source: 0.9 });
}

/** Comes to rest, where a state is the difference of terms far larger than itself: rounding in them moves it again and again. */
export const balance = systemOf("balance", { x: "k*(z - x)", z: "k*(x - z)", w: "g*k*(x - z) - w" }, { x: 1, z: 0.2, w: 0.1 }, { k: 37.3, g: 1 });
