import type { Block } from "./block.ts";

/** Keeps memory that threads share, from one ensemble to the next. */
export interface SharedCopies {
  /** The same block with its numbers in shared memory, which holds until the next call; what stands there already is not copied. */
  of(block: Block): Block;
}

/** Room for the copies of one pool. */
export function sharedCopies(): SharedCopies {
  const rooms = new Map<string, SharedArrayBuffer>();
  const room = (name: string, bytes: number): SharedArrayBuffer => {
    const known = rooms.get(name);
    if (known && known.byteLength >= bytes) return known;
    const made = new SharedArrayBuffer(bytes);
    rooms.set(name, made);
    return made;
  };
  const reals = (name: string, values: Float64Array): Float64Array => {
    if (values.buffer instanceof SharedArrayBuffer) return values;
    const copy = new Float64Array(room(name, values.byteLength), 0, values.length);
    copy.set(values);
    return copy;
  };
  const words = (name: string, values: Int32Array): Int32Array => {
    const copy = new Int32Array(room(name, values.byteLength), 0, values.length);
    copy.set(values);
    return copy;
  };
  return {
    of: ({ parameters, states, times, breakpoints, ...rest }) => ({
      ...rest,
      parameters: reals("parameters", parameters),
      states: reals("states", states),
      times: reals("times", times),
      breakpoints: breakpoints && { times: reals("breakpoints", breakpoints.times), first: words("first", breakpoints.first) },
    }),
  };
}
