/** Hands out static memory, in bytes, 16-aligned so that lane loads stay aligned. */
export interface MemoryLayout {
  /** Byte offset of a new block of `count` f64. */
  f64(count: number): number;
  /** Byte offset of a new block of `count` i32. */
  i32(count: number): number;
  /** Bytes handed out so far. */
  readonly bytes: number;
}

/** An empty layout; offset 0 is never handed out, so 0 can mean "none". */
export function memoryLayout(): MemoryLayout {
  let bytes = 16;
  const take = (size: number): number => {
    const offset = bytes;
    bytes = (bytes + size + 15) & ~15;
    return offset;
  };
  return {
    f64: (count) => take(8 * count),
    i32: (count) => take(4 * count),
    get bytes() {
      return bytes;
    },
  };
}
