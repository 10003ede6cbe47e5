import { networkFrom, zooModel } from "./model.ts";

/** The Belousov-Zhabotinsky reaction in scaled variables: a stiff limit cycle of period 302.86. */
export const oregonator = zooModel({
  facts: {
    id: "oregonator",
    title: "Oregonator (OREGO), scaled",
    source: "Field & Noyes 1974, doi:10.1063/1.1681288; constants and start of Hairer & Wanner 1996, section IV.10, doi:10.1007/978-3-642-05221-7",
  },
  network: () => networkFrom(`
model oregonator
  // Each variable has its own scale, so the scaled steps keep no stoichiometry: rate rules, not reactions.
  species y1 = 1, y2 = 2, y3 = 3;
  y1' = s*(y2 + y1*(1 - q*y1 - y2));
  y2' = (y3 - (1 + y1)*y2)/s;
  y3' = w*(y1 - y3);
  s = 77.27;
  q = 8.375e-6;
  w = 0.161;
end`),
});
