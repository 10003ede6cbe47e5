/** Distinct rates that plain lines are told apart by; lines of further ones are no plain ones. */
const MOST_TOKENS = 2048;
/** Places of the table that rates are looked up in, a power of two. */
const TABLE_SIZE = 4096;
/** Digits that numbers may have on a plain line, and in a row. */
const MOST_DIGITS = 9;
const LARGEST_NUMBER = 10 ** MOST_DIGITS - 1;
/** Characters of an average line, to begin with. */
const USUAL_LINE = 32;

const carriageReturn = 13;
const tab = 9;
const space = 32;
const hash = 35;
const comma = 44;
const zero = 48;
const nine = 57;

/** What a row holds at which place. */
export const field = { line: 0, from: 1, to: 2, token: 3, index: 4, left: 5, right: 7 } as const;
/** Integers of a row. */
export const ROW = 9;

/**
 * The lines of a block of reactions as rows of integers: which line it is, the number it begins with, from and to which character the rest of
 * it stands; where it is plain (up to two species on a side, 0 for none, and one word for the rate) also which word, and the species' numbers.
 */
export class ReactionRows {
  count = 0;
  /** [count, ROW], row-major. `token` is -1 where the line is not plain; -1 in the place of a species is none. */
  rows: Int32Array;
  readonly #text: string;
  /** The text's characters and a zero behind them; null where some of them take more than a byte. */
  readonly #bytes: Uint8Array | null;
  readonly #tokenFrom = new Int32Array(MOST_TOKENS);
  readonly #tokenLength = new Int32Array(MOST_TOKENS);
  #tokenCount = 0;
  /** Numbers of lines that are too large for a row. */
  readonly #largeNumbers = new Map<number, number>();
  readonly #table = new Int16Array(TABLE_SIZE).fill(-1);

  constructor(text: string) {
    this.#text = text;
    const bytes = new Uint8Array(text.length + 1);
    const { read, written } = new TextEncoder().encodeInto(text, bytes.subarray(0, text.length));
    this.#bytes = read === text.length && written === text.length ? bytes : null;
    this.rows = new Int32Array(ROW * (16 + Math.ceil(text.length / USUAL_LINE)));
  }

  /** How many different words plain lines have for their rates. */
  get tokenCount(): number {
    return this.#tokenCount;
  }

  token(at: number): string {
    const from = this.#tokenFrom[at] ?? 0;
    return this.#text.slice(from, from + (this.#tokenLength[at] ?? 0));
  }

  /** The number that a line begins with. */
  numberOf(at: number): number {
    return this.#largeNumbers.get(at) ?? this.rows[ROW * at + field.index] ?? 0;
  }

  /** Whether the numbers ascend, so that none stands twice. */
  get isAscending(): boolean {
    let before = -1;
    for (let at = field.index; at < ROW * this.count; at += ROW) {
      const number = this.rows[at] ?? 0;
      if (number <= before) return false;
      before = number;
    }
    return this.#largeNumbers.size === 0;
  }

  /** Notes a line that is not plain. */
  add(line: number, index: number, from: number, to: number): void {
    this.#makeRoom();
    this.rows.set([line, from, to, -1, index], ROW * this.count);
    if (index > LARGEST_NUMBER) this.#largeNumbers.set(this.count, index);
    this.count += 1;
  }

  /** Notes plain lines up to one that is not, where it gives back the place; the first is number `line` of the text and begins at `start`. */
  addPlain(start: number, line: number): number {
    const bytes = this.#bytes;
    if (!bytes) return start;
    for (let [at, number] = [start, line]; ; number++) {
      const next = this.#addLine(bytes, at, number);
      if (next < 0) return at;
      at = next;
      if (at >= this.#text.length) return at;
    }
  }

  /**
   * Notes the line that begins at `start`; where the next one does, or -1 where it is not plain. Short, and without calls for what is done for
   * every character: much of a text is read before this is compiled, and what is long takes long to compile.
   */
  #addLine(bytes: Uint8Array, start: number, line: number): number {
    this.#makeRoom();
    const rows = this.rows;
    const row = ROW * this.count;
    let at = start;
    let code = bytes[at] ?? 0;
    let first = at;
    for (let place = row + field.index; ; ) {
      while (code === space || code === tab) code = bytes[++at] ?? 0;
      first = at;
      if (place === row + field.left) rows[row + field.from] = at;
      else if (place === row + ROW) break;
      let number = 0;
      while (code >= zero && code <= nine) {
        number = 10 * number + code - zero;
        code = bytes[++at] ?? 0;
      }
      const digits = at - first;
      if (digits === 0 || digits > MOST_DIGITS) return -1;
      const isFirst = place === row + field.left || place === row + field.right;
      rows[place] = number === 0 && digits === 1 && isFirst && code !== comma ? -1 : number;
      place += 1;
      if (code === comma && isFirst) {
        code = bytes[++at] ?? 0;
        if (code === space || code === tab) return -1;
        continue;
      }
      if (code !== space && code !== tab) return -1;
      if (isFirst) rows[place++] = -1;
    }
    let mixed = 0;
    while (code > space && code !== hash) {
      mixed = (Math.imul(mixed, 31) + code) | 0;
      code = bytes[++at] ?? 0;
    }
    rows[row] = line;
    rows[row + field.to] = at;
    const length = at - first;
    const token = length === 0 ? -1 : this.#tokenAt(bytes, first, length, mixed);
    if (token < 0) return -1;
    rows[row + field.token] = token;
    const next = this.#text.indexOf("\n", at);
    const end = next < 0 ? bytes.length - 1 : next;
    // Behind the word, nothing but blanks and a remark.
    while (code === space || code === tab || code === carriageReturn) code = bytes[++at] ?? 0;
    if (code !== hash && at < end) return -1;
    this.count += 1;
    return end + 1;
  }

  #makeRoom(): void {
    if (ROW * (this.count + 1) <= this.rows.length) return;
    const rows = new Int32Array(2 * this.rows.length);
    rows.set(this.rows);
    this.rows = rows;
  }

  /** Which word stands there; -1 where there are too many of them. */
  #tokenAt(bytes: Uint8Array, from: number, length: number, mixed: number): number {
    const table = this.#table;
    let place = (mixed ^ (mixed >>> 15)) & (TABLE_SIZE - 1);
    for (let known = table[place] ?? -1; known >= 0; known = table[place] ?? -1) {
      if (this.#tokenLength[known] === length) {
        const other = this.#tokenFrom[known] ?? 0;
        let at = 0;
        while (at < length && bytes[from + at] === bytes[other + at]) at++;
        if (at === length) return known;
      }
      place = (place + 1) & (TABLE_SIZE - 1);
    }
    const token = this.#tokenCount;
    if (token === MOST_TOKENS) return -1;
    this.#tokenCount += 1;
    table[place] = token;
    this.#tokenFrom[token] = from;
    this.#tokenLength[token] = length;
    return token;
  }
}
