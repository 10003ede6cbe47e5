import { relative } from "node:path";

/** A path as people see it: from here where it lies below, else from the root. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
