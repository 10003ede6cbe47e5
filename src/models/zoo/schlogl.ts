import { networkFrom, zooModel } from "./model.ts";

/** Bistable autocatalysis with fixed feed: steady at X = 1 (stable), 2 (unstable) and 3 (stable), driven by an affinity of ln 11. */
export const schlogl = zooModel({
  facts: {
    id: "schlogl",
    title: "Schlögl model, reversible and bistable",
    source: "Schlögl 1972, doi:10.1007/BF01379769; chemostats absorbed into the constants, which are chosen for steady states at 1, 2 and 3",
  },
  network: () => networkFrom(`
model schlogl
  species X = 1.5;
  Autocatalysis: 2 X -> 3 X; k1*X^2 - k2*X^3;
  Exchange: X -> ; k3*X - k4;
  k1 = 6;
  k2 = 1;
  k3 = 11;
  k4 = 6;
end`),
});
