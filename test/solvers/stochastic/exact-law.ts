/** A small network for which the law at any time can be computed outright. */
export interface SmallNetwork {
  readonly text: string;
  /** Molecules at the start [nSpecies]; species are A0, A1, ... */
  readonly start: readonly number[];
  readonly reactions: readonly { readonly taken: readonly number[]; readonly made: readonly number[]; readonly k: number }[];
}

const sideText = (amounts: readonly number[]): string => amounts.flatMap((n, species) => (n === 0 ? [] : [`${n === 1 ? "" : `${n} `}A${species}`])).join(" + ");
const rateText = ({ taken, k }: { readonly taken: readonly number[]; readonly k: number }): string => [String(k), ...taken.flatMap((n, species) => (n === 0 ? [] : [`A${species}^${n}`]))].join("*");

/** Random closed networks of conversions, dimerisations and exchanges among three species; the same for the same number. */
export function smallNetwork(number: number): SmallNetwork {
  let seed = 12_345 + 7919 * number;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const pick = (n: number): number => Math.floor(random() * n);
  const start = [4 + pick(3), 1 + pick(2), pick(2)];
  const sides = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [2, 0, 0], [1, 1, 0], [0, 1, 1], [0, 2, 0], [1, 0, 1]];
  const reactions = Array.from({ length: 5 + pick(3) }, () => {
    const taken = sides[pick(sides.length)] ?? [];
    const size = taken.reduce((total, n) => total + n, 0);
    const same = sides.filter((side) => side !== taken && side.reduce((total, n) => total + n, 0) === size);
    return { taken, made: same[pick(same.length)] ?? taken, k: Math.round(100 * (0.1 + random())) / 100 };
  });
  const text = [...reactions.map((reaction, index) => `R${index}: ${sideText(reaction.taken)} => ${sideText(reaction.made)}; ${rateText(reaction)}`), ...start.map((n, species) => `A${species} = ${n}`)].join("; ");
  return { text, start, reactions };
}

/**
 * The law of the molecule numbers at a time, by state written as "a,b,c": all states from the start, then uniformisation. Independent
 * of the solvers: propensities are counted as ordered choices of distinct molecules.
 * @param propensity falling factorial by default; another makes a wrong law for controls.
 */
export function exactLaw({ start, reactions }: SmallNetwork, time: number, propensity: (n: number, taken: number) => number = falling): Map<string, number> {
  const states: (readonly number[])[] = [start];
  const index = new Map([[start.join(), 0]]);
  const jumps: { readonly from: number; readonly to: number; readonly rate: number }[] = [];
  for (let from = 0; from < states.length; from++) {
    const state = states[from] ?? [];
    for (const { taken, made, k } of reactions) {
      const rate = taken.reduce((product, n, species) => product * propensity(state[species] ?? 0, n), k);
      if (rate === 0 || taken.some((n, species) => n > (state[species] ?? 0))) continue;
      const next = state.map((n, species) => n + (made[species] ?? 0) - (taken[species] ?? 0));
      const to = index.get(next.join()) ?? states.push(next) - 1;
      index.set(next.join(), to);
      jumps.push({ from, to, rate });
    }
  }
  const out = new Float64Array(states.length);
  for (const { from, rate } of jumps) out[from] = (out[from] ?? 0) + rate;
  const clock = Math.max(...out, 1e-9);
  let current = Float64Array.from(states, (_, state) => (state === 0 ? 1 : 0));
  const law = new Float64Array(states.length);
  // Poisson weights by recursion; rates times time stay far below what underflows.
  let weight = Math.exp(-clock * time);
  for (let jump = 0, seen = 0; seen < 1 - 1e-12; jump++) {
    current.forEach((p, state) => void (law[state] = (law[state] ?? 0) + weight * p));
    seen += weight;
    weight *= (clock * time) / (jump + 1);
    const next = current.map((p, state) => p * (1 - (out[state] ?? 0) / clock));
    for (const { from, to, rate } of jumps) next[to] = (next[to] ?? 0) + ((current[from] ?? 0) * rate) / clock;
    current = next;
  }
  return new Map([...index].map(([key, state]) => [key, law[state] ?? 0]));
}

const falling = (n: number, taken: number): number => (taken === 0 ? 1 : n * falling(n - 1, taken - 1));
