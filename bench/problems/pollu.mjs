// @ts-check
import { networkOf } from "./problem.mjs";

/** Air pollution: 25 reactions of 20 species, rate constants over fifteen decades. */
export const pollu = async () => ({
  id: "POLLU",
  end: 60,
  source: "Verwer 1994, doi:10.1137/0915076; Hairer & Wanner 1996, section IV.10",
  network: await networkOf(`
model pollu
  species NO2 = 0, NO = 0.2, O3P = 0, O3 = 0.04, HO2 = 0, OH = 0, HCHO = 0.1, CO = 0.3, ALD = 0.01, MEO2 = 0;
  species C2O3 = 0, CO2 = 0, PAN = 0, CH3O = 0, HNO3 = 0, O1D = 0, SO2 = 0.007, SO4 = 0, NO3 = 0, N2O5 = 0;
  R1: NO2 => NO + O3P; k1*NO2;
  R2: NO + O3 => NO2; k2*NO*O3;
  R3: HO2 + NO => NO2 + OH; k3*HO2*NO;
  R4: HCHO => 2 HO2 + CO; k4*HCHO;
  R5: HCHO => CO; k5*HCHO;
  R6: HCHO + OH => HO2 + CO; k6*HCHO*OH;
  R7: ALD => MEO2 + HO2 + CO; k7*ALD;
  R8: ALD + OH => C2O3; k8*ALD*OH;
  R9: C2O3 + NO => NO2 + MEO2 + CO2; k9*C2O3*NO;
  R10: C2O3 + NO2 => PAN; k10*C2O3*NO2;
  R11: PAN => C2O3 + NO2; k11*PAN;
  R12: MEO2 + NO => CH3O + NO2; k12*MEO2*NO;
  R13: CH3O => HCHO + HO2; k13*CH3O;
  R14: NO2 + OH => HNO3; k14*NO2*OH;
  R15: O3P => O3; k15*O3P;
  R16: O3 => O1D; k16*O3;
  R17: O3 => O3P; k17*O3;
  R18: O1D => 2 OH; k18*O1D;
  R19: O1D => O3P; k19*O1D;
  R20: SO2 + OH => SO4 + HO2; k20*SO2*OH;
  R21: NO3 => NO; k21*NO3;
  R22: NO3 => NO2 + O3P; k22*NO3;
  R23: NO2 + O3 => NO3; k23*NO2*O3;
  R24: NO3 + NO2 => N2O5; k24*NO3*NO2;
  R25: N2O5 => NO3 + NO2; k25*N2O5;
  k1 = 0.35; k2 = 26.6; k3 = 12300; k4 = 0.00086; k5 = 0.00082; k6 = 15000; k7 = 0.00013; k8 = 24000; k9 = 16500; k10 = 9000;
  k11 = 0.022; k12 = 12000; k13 = 1.88; k14 = 16300; k15 = 4.8e6; k16 = 0.00035; k17 = 0.0175; k18 = 1e8; k19 = 4.44e11; k20 = 1240;
  k21 = 2.1; k22 = 5.78; k23 = 0.0474; k24 = 1780; k25 = 3.12;
end`),
});
