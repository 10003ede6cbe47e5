// @ts-check
import { semimech } from "../semimech.mjs";
import { cascade } from "./cascade.mjs";
import { pollu } from "./pollu.mjs";

const fromZoo = (/** @type {string} */ id, /** @type {string} */ model, /** @type {number} */ end) => async () => {
  const { zoo } = await semimech("models/index.js");
  return { id, end, source: zoo[model].facts.source, network: zoo[model].network };
};

/** The stiff set: makers of problems by id. */
export const stiffProblems = {
  ROBER: fromZoo("ROBER", "robertson", 1e5),
  OREGO: fromZoo("OREGO", "oregonator", 360),
  HIRES: fromZoo("HIRES", "hires", 321.8122),
  POLLU: pollu,
  "cascade 50": cascade(50),
  "cascade 200": cascade(200),
  "cascade 1000": cascade(1000),
};
