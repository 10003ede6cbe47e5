import type { OdeSystem } from "../../../src/models/system.ts";
import { systemOf } from "../problems.ts";

const range = Array.from({ length: 10 }, (_, i) => i);

/** Ten species in a row, each switching the next one on and wearing off, at rates over six decades: stiff. */
export const stiffCascade: OdeSystem = systemOf(
  "stiff-cascade",
  Object.fromEntries(range.map((i) => [`x${i}`, i === 0 ? "k0 - d0*x0" : `k${i}*x${i - 1}*(1 - x${i}) - d${i}*x${i}`])),
  {},
  Object.fromEntries(range.flatMap((i) => [[`k${i}`, i === 0 ? 1 : 10 ** ((i % 4) * 1.5 - 1)], [`d${i}`, 10 ** (((3 * i) % 5) - 2)]])),
);
