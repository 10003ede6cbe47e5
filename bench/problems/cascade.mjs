// @ts-check
import { networkOf } from "./problem.mjs";

/** Rates of the levels, in turn: each level is up to ten thousand times faster than the slowest. */
const speeds = [0.3, 3, 30, 300, 3000];

/** Reaction text of a phosphorylation cascade: the active form of each level is the enzyme of the next, every level leaks, rate constants are the level's own. */
export function cascadeText(/** @type {number} */ levels) {
  const all = Array.from({ length: levels }, (_, index) => index + 1);
  return `
model cascade_${2 * levels}
${all.map((i) => `  species X${i} = 1, Y${i} = 0;`).join("\n")}
${all.map((i) => `  On${i}: X${i} => Y${i}; ${i === 1 ? `kon1*X1` : `kon${i}*Y${i - 1}*X${i}`};\n  Leak${i}: X${i} => Y${i}; leak${i}*X${i};\n  Off${i}: Y${i} => X${i}; koff${i}*Y${i};`).join("\n")}
${all.map((i) => ((speed) => `  kon${i} = ${2 * speed}; leak${i} = ${speed / 20}; koff${i} = ${speed};`)(speeds[(i - 1) % speeds.length] ?? 1)).join("\n")}
end`;
}

/** A stiff cascade of `species` species in its transient. */
export const cascade = (/** @type {number} */ species, end = 3) => async () => ({
  id: `cascade ${species}`,
  end,
  source: "mass action; two species a level, rates over four decades, every level still moving at the end",
  network: await networkOf(cascadeText(species / 2)),
});
