import { networkFrom, zooModel } from "./model.ts";

/** One molecule that walks round three states, twice as often forward as back: the smallest noisy clock, with an affinity of 3 ln 2 per turn. */
export const uniformRing = zooModel({
  facts: {
    id: "uniform-ring",
    title: "Uniform ring of three states, driven",
    source: "Barato & Seifert 2017, doi:10.1103/PhysRevE.95.062409 (unicyclic network with uniform rates); constants chosen",
  },
  network: () => networkFrom(`
model uniform_ring
  species A = 1, B = 0, C = 0;
  AtoB: A -> B; p*A - q*B;
  BtoC: B -> C; p*B - q*C;
  CtoA: C -> A; p*C - q*A;
  p = 2;
  q = 1;
end`),
});
