/** How far each round rotates, in turn. */
export const threefryRotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Mixed with the key's words into the third word of the key schedule. */
export const threefryParity = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: one block of random bits into the two words of `target` [2].
 *
 * @source Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405; known answers of the Random123 library.
 */
export function threefry(target: Uint32Array, key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = threefryParity ^ key0 ^ key1;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  // Written out, four rounds a key injection, because this is the inner loop of every draw.
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + key1) | 0; y = (y + key2 + 1) | 0;
  x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + key2) | 0; y = (y + key0 + 2) | 0;
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + key0) | 0; y = (y + key1 + 3) | 0;
  x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + key1) | 0; y = (y + key2 + 4) | 0;
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + key2) | 0; y = (y + key0 + 5) | 0;
  target[0] = x;
  target[1] = y;
}
