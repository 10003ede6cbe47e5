import { networkFrom, zooModel } from "./model.ts";

/** Three species, rate constants over nine decades: the classic stiff test. */
export const robertson = zooModel({
  facts: {
    id: "robertson",
    title: "Robertson's autocatalytic reaction",
    source: "Robertson 1966, in Walsh (ed.), Numerical Analysis: an Introduction, p. 178; Hairer & Wanner 1996, equation IV.1.4, doi:10.1007/978-3-642-05221-7",
  },
  network: () => networkFrom(`
model robertson
  species A = 1, B = 0, C = 0;
  Decay: A => B; k1*A;
  Autocatalysis: 2 B => B + C; k2*B^2;
  Return: B + C => A + C; k3*B*C;
  k1 = 0.04;
  k2 = 3e7;
  k3 = 1e4;
end`),
});
