/** A growing byte sequence in WebAssembly's binary notation. */
export interface ByteWriter {
  readonly length: number;
  byte(value: number): void;
  /** An opcode and an unsigned number. */
  pair(opcode: number, operand: number): void;
  /** Raw bytes, as they are. */
  bytes(values: ArrayLike<number>): void;
  /** What was written into another one. */
  all(other: ByteWriter): void;
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
  /** The bytes written so far, where they are: copy them before writing on. */
  written(): Uint8Array<ArrayBuffer>;
  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer>;
  /** Forgets what was written, and keeps the room. */
  clear(): void;
}

/** An empty byte sequence. */
export const byteWriter = (capacity = 256): ByteWriter => new Bytes(capacity);

/** A class, so that all writers share their functions: a module is mostly written by code that runs for the first time, and each closure would be compiled on its own. */
class Bytes implements ByteWriter {
  length = 0;
  buffer: Uint8Array<ArrayBuffer>;
  view: DataView;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  room(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.buffer.length, this.length + count));
    larger.set(this.buffer);
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.room(1);
    this.buffer[this.length++] = value;
  }

  pair(opcode: number, operand: number): void {
    if (this.length + 2 > this.buffer.length) this.room(2);
    this.buffer[this.length++] = opcode;
    if (operand < 0x80 && operand >= 0) this.buffer[this.length++] = operand;
    else this.unsigned(operand);
  }

  bytes(values: ArrayLike<number>): void {
    this.room(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  all(other: ByteWriter): void {
    this.bytes(other.written());
  }

  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  float64(value: number): void {
    this.room(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  float32(value: number): void {
    this.room(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  text(value: string): void {
    if (!isPlain(value)) {
      const encoded = new TextEncoder().encode(value);
      this.unsigned(encoded.length);
      return this.bytes(encoded);
    }
    this.unsigned(value.length);
    for (let at = 0; at < value.length; at++) this.byte(value.charCodeAt(at));
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

/** Whether a text is one byte a letter, as names mostly are. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** One module section: its id, its size in bytes, its content. */
export function writeSection(module: ByteWriter, id: number, write: (section: ByteWriter) => void): void {
  const section = byteWriter();
  write(section);
  module.byte(id);
  module.unsigned(section.length);
  module.all(section);
}

/** The longest function body V8 accepts, in bytes. */
export const longestFunctionBody = 7_654_321;

/** The most locals, parameters included, V8 accepts in one function. */
export const mostLocals = 50_000;
