import type { Instance } from "../../kernel/instance.ts";

/** Byte addresses of the three words that say where a run's record stands. */
export interface TapeWords {
  readonly tapeAddress: number;
  readonly tapeCapacity: number;
  readonly tapeCount: number;
}

/** Doubles a run's record of rows of `rowBytes` bytes, the old one staying where it is until the next run; false where memory ends. */
export function growTape(instance: Instance, { tapeAddress, tapeCapacity, tapeCount }: TapeWords, rowBytes: number): boolean {
  const read = (address: number): number => instance.i32[address / 4] ?? 0;
  const [capacity, address, count] = [2 * read(tapeCapacity), read(tapeAddress), read(tapeCount)];
  try {
    const larger = instance.reserve(capacity * rowBytes);
    instance.f64.copyWithin(larger / 8, address / 8, (address + count * rowBytes) / 8);
    instance.i32[tapeAddress / 4] = larger;
    instance.i32[tapeCapacity / 4] = capacity;
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
