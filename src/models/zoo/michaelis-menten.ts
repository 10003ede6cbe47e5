import { networkFrom, zooModel } from "./model.ts";

/** One enzyme between a substrate and a product held fixed: every step reversible, driven by an affinity of ln 4. */
export const michaelisMentenOpen = zooModel({
  facts: {
    id: "michaelis-menten",
    title: "Michaelis-Menten mechanism, open and reversible",
    source: "Michaelis & Menten 1913, translated by Johnson & Goody 2011, doi:10.1021/bi201284u; reversible steps as in Haldane 1930; unit constants, S = 4, P = 1 chosen",
  },
  network: () => networkFrom(`
model michaelis_menten
  species E = 1, ES = 0, $S = 4, $P = 1;
  Binding: E + S -> ES; k1*E*S - k_1*ES;
  Catalysis: ES -> E + P; k2*ES - k_2*E*P;
  k1 = 1;
  k_1 = 1;
  k2 = 1;
  k_2 = 1;
end`),
});
