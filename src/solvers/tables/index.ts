export { rateProgram } from "./choose.ts";
export type { RateFunctions, RateProgram, RowPattern } from "./rate-program.ts";
export { tabulated } from "./tabulated.ts";
export { written } from "./written.ts";
