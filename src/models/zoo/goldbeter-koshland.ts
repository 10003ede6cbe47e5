import { networkOf } from "../build.ts";
import { michaelisMenten } from "../rate/michaelis-menten.ts";
import { zooModel } from "./model.ts";

/** A protein modified and demodified by two saturated enzymes: zero-order ultrasensitivity. */
export const goldbeterKoshland = zooModel({
  facts: {
    id: "goldbeter-koshland",
    title: "Goldbeter-Koshland switch",
    source: "Goldbeter & Koshland 1981, doi:10.1073/pnas.78.11.6840; total 1, K1 = K2 = 0.01, V1/V2 = 1.1, chosen inside the ultrasensitive range",
  },
  network: () => networkOf({
    id: "goldbeter_koshland",
    species: { W: 1, Ws: 0 },
    parameters: { V1: 1.1, K1: 0.01, V2: 1, K2: 0.01 },
    reactions: {
      Modification: { reactants: { W: 1 }, products: { Ws: 1 }, rate: michaelisMenten.build({ substrate: "W", Vmax: "V1", Km: "K1" }), reversible: false },
      Demodification: { reactants: { Ws: 1 }, products: { W: 1 }, rate: michaelisMenten.build({ substrate: "Ws", Vmax: "V2", Km: "K2" }), reversible: false },
    },
  }),
});
