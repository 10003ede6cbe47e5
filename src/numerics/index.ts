export * from "./linear.ts";
export { restoreStream, stream } from "./random.ts";
export type { RandomState, RandomStream } from "./random.ts";
export { formatSeed, parseSeed } from "./seed.ts";
export * from "./statistics.ts";
export * from "./ordering.ts";
export * from "./rational.ts";
