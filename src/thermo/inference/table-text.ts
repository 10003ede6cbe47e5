/** What is wrong with a text, and where. */
export interface TextProblem {
  /** From 1. */
  readonly line: number;
  /** Character within the line, from 1. */
  readonly column: number;
  readonly message: string;
}

/** A cell of a tab-separated text with its place. */
export interface TextCell {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Rows of cells; empty lines and lines that begin with `#` are left out. */
export function cellsOf(text: string): TextCell[][] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .flatMap((content, index) => {
      if (content.trim() === "" || content.startsWith("#")) return [];
      let column = 1;
      return [
        content.split("\t").map((raw) => {
          const cell = { text: raw.trim(), line: index + 1, column: column + (raw.length - raw.trimStart().length) };
          column += raw.length + 1;
          return cell;
        }),
      ];
    });
}

/** A decimal number, or null; `Number` alone would take "", "0x10" and "Infinity". */
export function decimalOf(cell: string): number | null {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(cell)) return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}
