export { readReactionText } from "./text/reader.ts";
export type { ReadResult } from "./text/reader.ts";
export { writeReactionText } from "./text/writer.ts";
