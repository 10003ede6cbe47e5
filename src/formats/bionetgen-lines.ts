import type { Problem } from "../kernel/problem.ts";
import { ReactionRows } from "./bionetgen-reactions.ts";

/** One line of a block: its fields without the leading number, and where it stands. */
export interface Line {
  readonly line: number;
  readonly text: string;
  readonly index: number;
}

type Block = "parameters" | "functions" | "species" | "reactions" | "groups";

/** The lines of a text. Reactions, of which there are many, are not cut out of it. */
export interface Lines {
  readonly text: string;
  readonly blocks: Readonly<Record<Exclude<Block, "reactions">, readonly Line[]>>;
  readonly reactions: ReactionRows;
}

const blocks: readonly Block[] = ["parameters", "functions", "species", "reactions", "groups"];
/** Blocks that say how the network was made, not what it is. */
const skipped = new Set(["molecule types", "observables", "reaction rules", "compartments", "energy patterns", "population maps", "actions"]);

/** Cuts a text into the lines of its blocks, without remarks; notes blocks that do not fit. */
export function linesOf(text: string, problems: Problem[]): Lines {
  const found: Record<Exclude<Block, "reactions">, Line[]> = { parameters: [], functions: [], species: [], groups: [] };
  const reactions = new ReactionRows(text);
  let open: { readonly name: string; readonly line: number } | null = null;
  let count = 0;
  let line = 0;
  let hash = -1;
  for (let next = 0; next <= text.length; ) {
    if (open?.name === "reactions") {
      const before = reactions.count;
      next = reactions.addPlain(next, line + 1);
      line += reactions.count - before;
      count += reactions.count - before;
      if (next > text.length) break;
    }
    let from = next;
    const newline = text.indexOf("\n", from);
    const end = newline === -1 ? text.length : newline;
    next = end + 1;
    line += 1;
    if (hash < from) hash = text.indexOf("#", from);
    if (hash === -1) hash = text.length;
    let to = Math.min(hash, end);
    while (from < to && isBlank(text, from)) from++;
    while (from < to && isBlank(text, to - 1)) to--;
    if (from === to) continue;
    const word = mayBeWord(text, from) ? /^(begin|end)\s+(.*)$/.exec(text.slice(from, to)) : null;
    if (word) {
      const name = (word[2] ?? "").trim();
      const note = (message: string): void => void problems.push({ line, column: 1, message });
      if (word[1] === "begin") {
        if (open) note(`"begin ${name}" inside the block "${open.name}", which began at line ${open.line}`);
        if (!isBlock(name) && !skipped.has(name)) note(`there is no block "${name}"; a network has ${blocks.join(", ")}`);
        open = { name, line };
      } else if (open?.name !== name) note(`"end ${name}" ${open ? `ends the block "${open.name}" of line ${open.line}` : "ends no block"}`);
      else open = null;
      continue;
    }
    if (!open) continue;
    const { name } = open;
    if (!isBlock(name)) continue;
    count += 1;
    let at = from;
    let index = 0;
    while (at < to && isDigit(text.charCodeAt(at))) index = 10 * index + text.charCodeAt(at++) - 48;
    const digits = at;
    while (at < to && isSpace(text.charCodeAt(at))) at++;
    // A number that nothing follows is what the line says.
    if (digits === from || at === digits) [at, index] = [from, 0];
    if (name !== "reactions") found[name].push({ line, text: text.slice(at, to), index });
    else reactions.add(line, index, at, to);
  }
  if (open) problems.push({ line: open.line, column: 1, message: `the block "${open.name}" has no end` });
  else if (count === 0) problems.push({ line: 1, column: 1, message: "the text has no block of a network, such as 'begin species'" });
  return { text, blocks: found, reactions };
}

const mayBeWord = (text: string, at: number): boolean => text.startsWith("begin", at) || text.startsWith("end", at);

/** Whether a character code is a digit. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Whether a character code parts two fields. */
const isSpace = (code: number): boolean => code === 32 || code === 9;

/** Whether `trim` would take the character away. */
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return /\s/.test(text.charAt(at));
}

const isBlock = (name: string): name is Block => (blocks as readonly string[]).includes(name);
