import { drawExponential, drawInteger, drawNormal, drawPoisson } from "./distributions.ts";
import { formatWords } from "./seed.ts";
import { threefry } from "./threefry.ts";

/** A stream's position as JSON; 64-bit numbers are hexadecimal strings. */
export interface RandomState {
  readonly generator: "threefry2x32-20";
  readonly key: string;
  /** The next block's counter. */
  readonly counter: string;
  /** The second word of the last block, when it has not been drawn yet. */
  readonly buffered: number | null;
}

/** Random numbers that depend only on (root seed, purpose, index) and on how many were drawn before. */
export interface RandomStream {
  /** Uniform whole number in [0, 2^32). */
  nextUint32(): number;
  /** Uniform in the open interval (0, 1): a multiple of 2^-53, but 2^-54 where that multiple is 0. Takes two 32-bit draws. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with mean 1; divide by a rate. Always above 0. */
  exponential(): number;
  /** Poisson, exact for any mean in [0, 2^53]. @throws RangeError for another mean. */
  poisson(mean: number): number;
  /** Uniform whole number in [0, n), unbiased. @throws RangeError unless n is a whole number in [1, 2^53]. */
  integer(n: number): number;
  /** A new array in random order; the given one stays as it is. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** `count` distinct entries, in random order. @throws RangeError when there are fewer. */
  sample<Item>(items: readonly Item[], count: number): Item[];
  state(): RandomState;
  /** Goes on exactly where `state()` was taken. @throws Error when the state is not one of ours. */
  restore(state: RandomState): void;
}

/**
 * The stream of a root seed, a purpose and an index.
 *
 * Its key is a chain of Threefry blocks. Start with the seed's two words (low, high) as the key. Cut the purpose's UTF-8
 * bytes into 8-byte blocks, little-endian, the last one filled with zeros. Encrypt, each time making the result the next
 * key: (number of bytes, 0), every block of the purpose, then the index (low, high). The length first and the index last
 * keep two different names from ever spelling the same chain, and indexes of one purpose never share a key; keys of
 * different purposes or seeds collide by chance only, with probability 2^-64 a pair.
 *
 * @source Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405 (Threefry-2x32, 20 rounds).
 * @throws RangeError when seed or index is not a whole number in [0, 2^64).
 */
export function stream(seed: bigint, purpose: string, index: number | bigint): RandomStream {
  const name = new TextEncoder().encode(purpose);
  const padded = new Uint8Array(Math.ceil(name.length / 8) * 8);
  padded.set(name);
  const words = new DataView(padded.buffer);
  const key = Uint32Array.from(wordsOf("seed", seed));
  const encrypt = (first: number, second: number): void => void threefry(key, key[0] ?? 0, key[1] ?? 0, first, second);
  encrypt(name.length, 0);
  for (let at = 0; at < padded.length; at += 8) encrypt(words.getUint32(at, true), words.getUint32(at + 4, true));
  encrypt(...wordsOf("index", index));
  return streamOf(key[0] ?? 0, key[1] ?? 0);
}

/** The stream at a saved position. @throws Error when the state is not one of ours. */
export function restoreStream(state: RandomState): RandomStream {
  const restored = streamOf(0, 0);
  restored.restore(state);
  return restored;
}

/** A 64-bit number as its two unsigned 32-bit words, low first. */
function wordsOf(what: string, value: number | bigint): [low: number, high: number] {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError(`${what} ${value} is not a whole number below 2^53; use a bigint`);
  const whole = BigInt(value);
  if (whole < 0n || whole >= 1n << 64n) throw new RangeError(`${what} ${whole} is not in [0, 2^64)`);
  return [Number(whole & 0xffffffffn), Number(whole >> 32n)];
}

const isWord = (text: unknown): text is string => typeof text === "string" && /^0x[0-9a-f]{1,16}$/i.test(text);

function streamOf(keyLow: number, keyHigh: number): RandomStream {
  // One typed array rather than variables: V8 boxes numbers that closures share and change.
  const words = new Uint32Array([keyLow, keyHigh, 0, 0, 0, 0]);
  const block = new Uint32Array(2);
  let hasBuffered = false;
  const nextUint32 = (): number => {
    if (hasBuffered) {
      hasBuffered = false;
      return words[4] ?? 0;
    }
    const low = words[2] ?? 0;
    threefry(block, words[0] ?? 0, words[1] ?? 0, low, words[3] ?? 0);
    words[2] = low + 1;
    if (low === 0xffffffff) words[3] = (words[3] ?? 0) + 1;
    words[4] = block[1] ?? 0;
    hasBuffered = true;
    return block[0] ?? 0;
  };
  const uniform = (): number => {
    const high = nextUint32() >>> 5;
    const low = nextUint32() >>> 6;
    return Math.max(high * 67_108_864 + low, 0.5) * 2 ** -53;
  };
  const integer = (n: number): number => drawInteger(nextUint32, n);
  const self: RandomStream = {
    nextUint32,
    uniform,
    integer,
    normal: () => drawNormal(uniform),
    exponential: () => drawExponential(uniform),
    poisson: (mean) => drawPoisson(uniform, mean),
    shuffle: (items) => self.sample(items, items.length),
    sample(items, count) {
      if (!Number.isInteger(count) || count < 0 || count > items.length) throw new RangeError(`cannot draw ${count} of ${items.length} items without replacement`);
      // Fisher-Yates from the front, stopped once `count` places are filled.
      const order = [...items];
      for (let at = 0; at < count; at++) {
        const other = at + integer(order.length - at);
        [order[at], order[other]] = [order[other] as (typeof order)[number], order[at] as (typeof order)[number]];
      }
      return order.slice(0, count);
    },
    state: () => ({
      generator: "threefry2x32-20",
      key: formatWords(words[0] ?? 0, words[1] ?? 0),
      counter: formatWords(words[2] ?? 0, words[3] ?? 0),
      buffered: hasBuffered ? (words[4] ?? 0) : null,
    }),
    restore(state) {
      const { buffered } = state;
      const isBuffered = buffered === null || (Number.isInteger(buffered) && buffered >= 0 && buffered < 2 ** 32);
      if (state.generator !== "threefry2x32-20" || !isWord(state.key) || !isWord(state.counter) || !isBuffered) {
        throw new Error(`random stream: cannot restore ${JSON.stringify(state)}; it is not a state of threefry2x32-20`);
      }
      words.set([...wordsOf("key", BigInt(state.key)), ...wordsOf("counter", BigInt(state.counter)), buffered ?? 0]);
      hasBuffered = buffered !== null;
    },
  };
  return self;
}
