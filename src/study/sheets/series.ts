import type { ThermoReport } from "../../thermo/report.ts";
import type { CasePath } from "./case-path.ts";
import type { BoundSeries, SheetSeries } from "./result.ts";

const unknown = Number.NaN;

/** The curves of a case, as figures and tables show them. */
export function seriesOf(id: string, kind: SheetSeries["kind"], { at, bounds }: ThermoReport, path: CasePath): SheetSeries {
  const names = at[0]?.observables.map(({ name }) => name) ?? [];
  return {
    case: id,
    kind,
    times: at.map(({ time }) => time),
    concentrations: path.concentrations,
    entropyProduction: at.map(({ entropyProduction }) => entropyProduction),
    excess: at.map(({ onsager }) => onsager?.excess ?? unknown),
    informationGeometricExcess: at.map(({ informationGeometric }) => informationGeometric?.excess ?? unknown),
    observables: names.map((name, index) => {
      const rows = at.map(({ observables }) => observables[index]);
      return {
        name,
        current: rows.map((row) => row?.current ?? unknown),
        diffusion: rows.map((row) => row?.diffusion ?? unknown),
        bounds: bounds.map(({ name: bound, quantity, sense, equation, source }): BoundSeries => {
          const own = rows.map((row) => row?.bounds.find((each) => each.name === bound));
          return { name: bound, quantity, sense, equation, source, values: own.map((each) => each?.value ?? unknown), tightness: own.map((each) => each?.tightness ?? unknown) };
        }),
      };
    }),
  };
}
