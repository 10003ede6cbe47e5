/** k_B · J/K, exact since 2019. @source BIPM 2019, The International System of Units, 9th edition, sec. 2.2 (CODATA 2018) */
export const boltzmannConstant = 1.380649e-23;

/** R = k_B N_A · J/(mol K), exact since 2019. @source BIPM 2019, The International System of Units, 9th edition, sec. 2.2 (CODATA 2018) */
export const gasConstant = 8.31446261815324;

/** 25 °C · K. */
export const standardTemperatureK = 298.15;

/** What one unit of concentration and of time is. */
export interface ConcentrationAndTime {
  /** Mole per litre in one unit of concentration. */
  readonly molePerLitre: number;
  /** Seconds in one unit of time. */
  readonly seconds: number;
}

/** A rate of entropy production in physical units. */
export interface PhysicalDissipation {
  /** R sigma · J/(K L s). */
  readonly entropyProduction: number;
  /** RT sigma · W/L. */
  readonly power: number;
}

/** Entropy production `sigma` (in units of R: concentration per time) per volume, at a temperature · K. */
export function dissipationPerVolume(sigma: number, { molePerLitre, seconds }: ConcentrationAndTime, temperatureK: number = standardTemperatureK): PhysicalDissipation {
  const entropyProduction = (gasConstant * sigma * molePerLitre) / seconds;
  return { entropyProduction, power: temperatureK * entropyProduction };
}

/** k_B N_A V sigma · W/K and T times it · W: the same in a well-mixed volume · L. */
export function dissipationInVolume(sigma: number, volumeLitre: number, units: ConcentrationAndTime, temperatureK: number = standardTemperatureK): { readonly entropyProduction: number; readonly power: number } {
  const { entropyProduction, power } = dissipationPerVolume(sigma, units, temperatureK);
  return { entropyProduction: entropyProduction * volumeLitre, power: power * volumeLitre };
}

const joulePerKilojoule = 1000;

/** mu/(RT), or any energy per mole over RT, dimensionless: from kJ/mol. */
export const overRT = (kilojoulePerMole: number, temperatureK: number = standardTemperatureK): number => (joulePerKilojoule * kilojoulePerMole) / (gasConstant * temperatureK);

/** Energy · kJ/mol from its multiple of RT. */
export const kilojoulePerMole = (multipleOfRT: number, temperatureK: number = standardTemperatureK): number => (multipleOfRT * gasConstant * temperatureK) / joulePerKilojoule;

/** Force F = -DG/(RT), dimensionless, of a reaction energy · kJ/mol. */
export const forceOfReactionEnergy = (deltaG: number, temperatureK: number = standardTemperatureK): number => -overRT(deltaG, temperatureK);

/** Reaction energy DG = -RT F · kJ/mol. */
export const reactionEnergyOfForce = (force: number, temperatureK: number = standardTemperatureK): number => -kilojoulePerMole(force, temperatureK);
