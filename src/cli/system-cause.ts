/** What the system's error codes mean, and what to do. */
const causes: Readonly<Record<string, string>> = {
  EACCES: "permission denied; choose another place, or change its permissions",
  EPERM: "permission denied; choose another place, or change its permissions",
  EROFS: "the file system is read-only; choose another place",
  ENOENT: "there is no such file or folder, and it cannot be made here",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file stands where a folder is needed",
  EISDIR: "it is a folder, not a file",
  ENOSPC: "no space is left on the device; free some, then go on with --resume",
  EDQUOT: "the disk quota is used up; free some space, then go on with --resume",
  EMFILE: "too many files are open",
};

/** Cause of an error the file system gave, with its path; null when the error is of another kind. */
export function systemCause(error: unknown): string | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  const path = "path" in error && typeof error.path === "string" ? `${error.path}: ` : "";
  return `${path}${causes[String(error.code)] ?? error.message}`;
}
