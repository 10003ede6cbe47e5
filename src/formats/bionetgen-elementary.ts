import type { ElementaryReactions } from "../models/elementary-reactions.ts";
import type { Reaction } from "../models/network.ts";
import { ROW, type ReactionRows, field } from "./bionetgen-reactions.ts";

/**
 * Rows of reactions in numbers. `leading` gives the canonical text of a word for a rate that may stand before all species, once it is
 * known; `careful` reads any row, learns such words and notes what is wrong.
 */
export function elementaryRows(rows: ReactionRows, idOf: (at: number) => string, speciesNumbers: readonly number[], leading: (word: string) => string | undefined, careful: (at: number) => Reaction | null): ElementaryReactions {
  const placeOf = placesOf(speciesNumbers);
  const count = rows.count;
  const constant = new Int32Array(count).fill(-1);
  const participants = new Int32Array(4 * count).fill(-1);
  const constants: string[] = [];
  /** Which constant each word is; -1 = not known to be one. */
  const constantOf = new Int32Array(rows.tokenCount).fill(-1);
  const others = new Map<number, Reaction>();
  for (let at = 0; at < count; at++) {
    const token = rows.rows[ROW * at + field.token] ?? -1;
    const isPlain = token >= 0 && takePlaces(participants, 4 * at, rows.rows, ROW * at + field.left, placeOf);
    const known = isPlain ? (constantOf[token] ?? -1) : -1;
    if (known >= 0) {
      constant[at] = known;
      continue;
    }
    const reaction = careful(at);
    if (!reaction) continue;
    const text = isPlain ? leading(rows.token(token)) : undefined;
    if (text === undefined) {
      others.set(at, reaction);
      continue;
    }
    constant[at] = constants.length;
    constantOf[token] = constants.length;
    constants.push(text);
  }
  return {
    count,
    constant,
    constants,
    participants,
    idOf,
    other(at) {
      const reaction = others.get(at);
      if (!reaction) throw new RangeError(`reactions: number ${at} is not among those that were read one by one`);
      return reaction;
    },
  };
}

/** Fills in where the four species of a row stand in the list; false where some are not declared. */
function takePlaces(places: Int32Array, target: number, numbers: Int32Array, from: number, placeOf: Int32Array): boolean {
  for (let side = 0; side < 4; side++) {
    const number = numbers[from + side] ?? -1;
    if (number < 0) continue;
    const place = number < placeOf.length ? (placeOf[number] ?? -1) : -1;
    if (place < 0) return false;
    places[target + side] = place;
  }
  return true;
}

/** Where the species of each number stands in the list; -1 = there is none. */
function placesOf(numbers: readonly number[]): Int32Array {
  let most = 0;
  for (const number of numbers) if (number > most && number < LARGEST) most = number;
  const places = new Int32Array(most + 1).fill(-1);
  numbers.forEach((number, place) => {
    if (number <= most) places[number] = place;
  });
  return places;
}

/** Species of larger numbers are read one by one. */
const LARGEST = 1e6;
