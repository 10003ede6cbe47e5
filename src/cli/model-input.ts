import { isUtf8 } from "node:buffer";
import { writeReactionText } from "../models/text/writer.ts";
import type { ModelSource } from "./model-source.ts";

/** A model before any option changed it, as plain data: what a manifest names, and what a folder keeps. */
export interface ModelInput {
  /** What was read, byte for byte; as base64 where the bytes are no UTF-8. */
  readonly content: string;
  readonly encoding: "utf8" | "base64";
  /** Of a file that holds it. */
  readonly ending: ".ant" | ".net";
}

/** What a model was read from; of a model of the zoo, its reaction text. */
export function modelInput({ network, given }: Pick<ModelSource, "network" | "given">): ModelInput {
  if (given === null) return { content: writeReactionText(network), encoding: "utf8", ending: ".ant" };
  const encoding = isUtf8(given.bytes) ? "utf8" : "base64";
  return { content: Buffer.from(given.bytes).toString(encoding), encoding, ending: given.ending };
}

/** The bytes of the file. */
export const inputBytes = ({ content, encoding }: ModelInput): Uint8Array => Buffer.from(content, encoding);
