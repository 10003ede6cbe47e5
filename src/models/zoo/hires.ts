import { networkFrom, zooModel } from "./model.ts";

/** High irradiance responses of photomorphogenesis: phytochrome in two forms, free, bound to receptors, and with enzyme. */
export const hires = zooModel({
  facts: {
    id: "hires",
    title: "HIRES, photomorphogenesis by phytochrome",
    source: "Schäfer 1975, doi:10.1007/BF00276015; constants and start of Hairer & Wanner 1996, section IV.10, doi:10.1007/978-3-642-05221-7",
  },
  network: () => networkFrom(`
model hires
  species Pr = 1, Pfr = 0, PrX = 0, PfrX = 0, PrXs = 0, PfrXs = 0, PfrXsE = 0, E = 0.0057;
  Source: => Pr; o_ks;
  Light: Pr => Pfr; k1*Pr;
  Reversion: Pfr => Pr; k2*Pfr;
  Binding: Pfr => PfrX; k3*Pfr;
  Release: PrX => Pr; k3*PrX;
  LightX: PrX => PfrX; k1*PrX;
  ReversionX: PfrX => PrX; k2*PfrX;
  Transfer: PfrX => PfrXs; k4*PfrX;
  Return: PrXs => PrX; k5*PrXs;
  LightXs: PrXs => PfrXs; k1*PrXs;
  ReversionXs: PfrXs => PrXs; k2*PfrXs;
  EnzymeBinding: PfrXs + E => PfrXsE; k_plus*PfrXs*E;
  EnzymeRelease: PfrXsE => PfrXs + E; k_minus*PfrXsE;
  EnzymeReversion: PfrXsE => PrXs + E; k2*PfrXsE;
  Degradation: PfrXsE => E; k_star*PfrXsE;
  k1 = 1.71;
  k2 = 0.43;
  k3 = 8.32;
  k4 = 0.69;
  k5 = 0.035;
  k_plus = 280;
  k_minus = 0.69;
  k_star = 0.69;
  o_ks = 0.0007;
end`),
});
