import { networkFrom, zooModel } from "./model.ts";

/**
 * One enzyme that takes a right or a wrong substrate through the same checked step: with the constants given it is driven by
 * an affinity of 18.4 and errs once in 9010, near the square of the 1/100 that binding alone can tell apart.
 */
export const hopfieldProofreading = zooModel({
  facts: {
    id: "hopfield-proofreading",
    title: "Kinetic proofreading with one checked step, right and wrong substrate",
    source: "Hopfield 1974, doi:10.1073/pnas.71.10.4135; every step reversible, no product leaves, constants chosen; detailed balanced with m_back = 0.1, k_direct = 1",
  },
  network: () => networkFrom(`
model hopfield_proofreading
  species E = 1, ER = 0, ERs = 0, EW = 0, EWs = 0;
  BindRight: E -> ER; k*E - l_R*ER;
  CheckRight: ER -> ERs; m*ER - m_back*ERs;
  ReleaseRight: ERs -> E; l_R*ERs - k_direct*E;
  BindWrong: E -> EW; k*E - l_W*EW;
  CheckWrong: EW -> EWs; m*EW - m_back*EWs;
  ReleaseWrong: EWs -> E; l_W*EWs - k_direct*E;
  k = 1;
  l_R = 1;
  l_W = 100;
  m = 0.1;
  m_back = 1e-4;
  k_direct = 1e-5;
end`),
});
