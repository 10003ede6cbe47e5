import pc from "picocolors";

/** The two streams of a command: data on stdout, talk on stderr. */
export interface Terminal {
  /** Data, as is. */
  data(text: string): void;
  /** A sentence for people; silent with --quiet. */
  talk(text: string): void;
  /** A sentence for the curious; only with --verbose. */
  detail(text: string): void;
  /** A problem; never silent. */
  problem(text: string): void;
  /** Draws over the last such line; nothing where stderr is no terminal. */
  redraw(text: string): void;
  readonly isTerminal: boolean;
  readonly colors: ReturnType<typeof pc.createColors>;
}

export interface Volume {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

type Stream = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

/** A terminal over two streams. Colours only where stderr is a terminal and NO_COLOR is not set. */
export function terminalOn(stdout: Stream, stderr: Stream, environment: NodeJS.ProcessEnv, volume: Volume): Terminal {
  const isTerminal = stderr.isTTY === true && environment["TERM"] !== "dumb";
  const colors = pc.createColors(isTerminal && (environment["NO_COLOR"] ?? "") === "");
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write("\r\u001b[K");
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    isTerminal,
    colors,
    data: (text) => {
      clear();
      stdout.write(text);
    },
    talk: (text) => {
      if (!volume.quiet) line(text);
    },
    detail: (text) => {
      if (volume.verbose) line(text);
    },
    problem: (text) => line(text),
    redraw: (text) => {
      if (!isTerminal || volume.quiet) return;
      stderr.write(`\r\u001b[K${text.slice(0, Math.max(0, (stderr.columns ?? 80) - 1))}`);
      drawn = true;
    },
  };
}
