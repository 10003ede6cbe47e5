/** What is wrong with a declared agent, protocol or application: where in the declaration, and the cause with a next step. */
export interface DesignProblem {
  /** Keys and indices from the top of what was read, e.g. `["segments", 1, "duration"]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a cell of a data table. */
export interface TableProblem {
  readonly table: string;
  /** Line of the file; 1 is the header. */
  readonly row: number;
  /** Column name; empty when the whole row is meant. */
  readonly column: string;
  readonly message: string;
}

/** `segments[1].duration: message`. */
export function formatDesignProblem(problem: DesignProblem): string {
  const place = problem.path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`),
    "",
  );
  return place === "" ? problem.message : `${place}: ${problem.message}`;
}

/** `table:row:column: message`. */
export function formatTableProblem(problem: TableProblem): string {
  return [problem.table, String(problem.row), ...(problem.column === "" ? [] : [problem.column])].join(":") + `: ${problem.message}`;
}
