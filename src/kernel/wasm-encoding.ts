/** A growing byte sequence in WebAssembly's binary notation. */
export interface ByteWriter {
  readonly length: number;
  byte(value: number): void;
  /** Raw bytes, as they are. */
  bytes(values: ArrayLike<number>): void;
  /** Unsigned LEB128, up to 2^32 - 1. */
  unsigned(value: number): void;
  /** Signed LEB128 of an i32. */
  signed(value: number): void;
  /** Signed LEB128 of an i64. */
  signed64(value: bigint): void;
  /** Little-endian IEEE 754, bit for bit. */
  float64(value: number): void;
  float32(value: number): void;
  /** UTF-8 with its length before it. */
  text(value: string): void;
  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer>;
}

/** An empty byte sequence. */
export function byteWriter(capacity = 256): ByteWriter {
  let buffer = new Uint8Array(capacity);
  let length = 0;
  const scratch = new DataView(new ArrayBuffer(8));
  const room = (count: number): void => {
    if (length + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, length + count));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  };
  const scratchBytes = (count: number): void => {
    room(count);
    for (let i = 0; i < count; i++) buffer[length++] = scratch.getUint8(i);
  };
  const writer: ByteWriter = {
    get length() {
      return length;
    },
    byte(value) {
      room(1);
      buffer[length++] = value;
    },
    bytes(values) {
      room(values.length);
      buffer.set(values, length);
      length += values.length;
    },
    unsigned(value) {
      let rest = value >>> 0;
      room(5);
      while (rest >= 0x80) {
        buffer[length++] = (rest & 0x7f) | 0x80;
        rest >>>= 7;
      }
      buffer[length++] = rest;
    },
    signed(value) {
      let rest = value | 0;
      room(5);
      while (rest < -64 || rest > 63) {
        buffer[length++] = (rest & 0x7f) | 0x80;
        rest >>= 7;
      }
      buffer[length++] = rest & 0x7f;
    },
    signed64(value) {
      let rest = BigInt.asIntN(64, value);
      room(10);
      while (rest < -64n || rest > 63n) {
        buffer[length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      buffer[length++] = Number(rest & 0x7fn);
    },
    float64(value) {
      scratch.setFloat64(0, value, true);
      scratchBytes(8);
    },
    float32(value) {
      scratch.setFloat32(0, value, true);
      scratchBytes(4);
    },
    text(value) {
      const encoded = new TextEncoder().encode(value);
      writer.unsigned(encoded.length);
      writer.bytes(encoded);
    },
    finish: () => buffer.slice(0, length),
  };
  return writer;
}

/** One module section: its id, its size in bytes, its content. */
export function writeSection(module: ByteWriter, id: number, write: (section: ByteWriter) => void): void {
  const section = byteWriter();
  write(section);
  module.byte(id);
  module.unsigned(section.length);
  module.bytes(section.finish());
}

/** The longest function body V8 accepts, in bytes. */
export const longestFunctionBody = 7_654_321;

/** The most locals, parameters included, V8 accepts in one function. */
export const mostLocals = 50_000;
