import type { StudyFiles } from "./mechanism.ts";

/** Everything a scenario read, as texts: it crosses a worker boundary, and a worker prepares from the same bits. */
export interface StudyTexts {
  /** Text of `scenario.yaml`. */
  readonly scenario: string;
  /** Files of the scenario's folder, by name. */
  readonly folder: Readonly<Record<string, string>>;
  /** Pinned data files, by name. */
  readonly data: Readonly<Record<string, string>>;
}

/** A file a scenario asked for cannot be had; the message says what to do. */
export class StudyFileError extends Error {
  override readonly name = "StudyFileError";
}

/** Passes reads on and remembers the texts; line ends become `\n`, so that a checkout's line ends never change a hash. */
export function recordReads(files: StudyFiles): { readonly files: StudyFiles; texts(scenario: string): StudyTexts } {
  const folder = new Map<string, string>();
  const data = new Map<string, string>();
  return {
    files: {
      readText: async (name) => {
        const text = (await files.readText(name)).replaceAll("\r\n", "\n");
        folder.set(name, text);
        return text;
      },
      readData: async (name) => {
        const text = await files.readData(name);
        data.set(name, text);
        return text;
      },
    },
    texts: (scenario) => ({ scenario, folder: Object.fromEntries(folder), data: Object.fromEntries(data) }),
  };
}

/** Reads from recorded texts; a file that was not recorded is an error. */
export function filesOf(texts: StudyTexts): StudyFiles {
  return { readText: readerOf(texts.folder), readData: readerOf(texts.data) };
}

function readerOf(list: Readonly<Record<string, string>>): (name: string) => Promise<string> {
  return async (name) => {
    const text = list[name];
    if (text === undefined) throw new StudyFileError(`${name} was not read when the study was first prepared; report this as a bug`);
    return text;
  };
}
