import { networkFrom, zooModel } from "./model.ts";

/** Chemical oscillator with every step reversible, so that its entropy production is finite; a limit cycle of period 6.057. */
export const brusselator = zooModel({
  facts: {
    id: "brusselator",
    title: "Brusselator, reversible",
    source: "Prigogine & Lefever 1968, doi:10.1063/1.1668896; reverse constants eps = 0.1 added, chemostats absorbed into the constants",
  },
  network: () => networkFrom(`
model brusselator
  species X = 0.5, Y = 3;
  Exchange: -> X; k1 - k_1*X;
  Conversion: X -> Y; k2*X - eps*Y;
  Autocatalysis: 2 X + Y -> 3 X; k3*X^2*Y - eps*X^3;
  k1 = 1;
  k_1 = 1;
  k2 = 3;
  k3 = 1;
  eps = 0.1;
end`),
});
