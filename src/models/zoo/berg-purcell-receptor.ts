import { networkFrom, zooModel } from "./model.ts";

/** One receptor that is bound or free, in a ligand held fixed: half of the time bound with the constants given. */
export const bergPurcellReceptor = zooModel({
  facts: {
    id: "berg-purcell-receptor",
    title: "Receptor that senses a concentration by its occupancy",
    source: "Berg & Purcell 1977, doi:10.1016/S0006-3495(77)85544-6; unit constants chosen",
  },
  network: () => networkFrom(`
model berg_purcell_receptor
  species Free = 1, Bound = 0, $Ligand = 1;
  Binding: Free + Ligand -> Bound; k_on*Free*Ligand - k_off*Bound;
  k_on = 1;
  k_off = 1;
end`),
});
