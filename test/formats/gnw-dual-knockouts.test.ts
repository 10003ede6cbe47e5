import { describe, expect, it } from "vitest";
import { tableBaselines } from "../../src/experiments/baseline/index.ts";
import { readMetric } from "../../src/experiments/metric.ts";
import { predictionTask, splitSchema } from "../../src/experiments/split.ts";
import { score } from "../../src/experiments/score.ts";
import { viewOf } from "../../src/experiments/view.ts";
import { gnwResponseTable, readGnw } from "../../src/formats/gnw.ts";
import type { GnwData } from "../../src/formats/gnw.ts";
import { readGnwParameters, readGnwStructure } from "../../src/formats/gnw-structure.ts";
import { dataText, hasData, needs } from "../measured-data.ts";

const folder = "dream4-insilico";

/** Half a unit of the last printed digit; nothing here depends on a seed. */
const printed = 0.5e-4;

/** Published gene pairs of the gold rows, 1-based. */
const pairs: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  1: [[7, 10], [1, 10], [1, 7], [3, 9], [1, 3]],
  2: [[5, 10], [4, 9], [4, 5], [3, 4], [2, 9]],
  3: [[6, 10], [6, 9], [5, 10], [5, 9], [5, 6]],
};

/** Mean squared error over all genes of the five dual knockouts of networks 1, 2, 3, recomputed twice by independent code. */
const published: Readonly<Record<string, readonly [number, number, number]>> = {
  "no-change": [0.0643, 0.0352, 0.0351],
  "training-mean": [0.0404, 0.0321, 0.0423],
  additive: [0.0157, 0.0305, 0.0379],
  "average-single": [0.0173, 0.0203, 0.0225],
};

const times = Array.from({ length: 21 }, (_, step) => 50 * step);

function network(index: number): GnwData {
  const text = (kind: string): string => dataText(`${folder}/insilico_size10/insilico_size10_${index}_${kind}.tsv`);
  const read = readGnw(
    {
      knockouts: text("knockouts"),
      knockdowns: text("knockdowns"),
      timeSeries: text("timeseries"),
      multifactorial: text("multifactorial"),
      dualKnockouts: dataText(`${folder}/dualknockouts/gold_standards/10/insilico_size10_${index}_nonoise_dualknockouts.tsv`),
    },
    { name: `insilico_size10_${index}`, times, pairs: pairs[index] ?? [] },
  );
  if ("problems" in read) throw new Error(JSON.stringify(read.problems.slice(0, 5)));
  return read.data;
}

describe.skipIf(!hasData(folder))(needs(folder, "DREAM4 networks of ten genes"), () => {
  it.each([1, 2, 3])("network %i: the baselines of the dual knockouts to the printed digits", (index) => {
    const table = gnwResponseTable(network(index));
    const request = splitSchema.parse({ kind: "single-to-combination", id: "dual knockouts", seed: 1, validation: 0, repeats: 1, group: "all" });
    const answer = predictionTask(table, request);
    if ("problems" in answer) throw new Error(answer.problems.join("\n"));
    const [fold] = answer.task.folds;
    const metric = readMetric("mse", table);
    if (fold === undefined || "problem" in metric) throw new Error("no fold or no metric");
    const scores = new Map(
      tableBaselines.map((baseline) => {
        const prediction = baseline.predict(viewOf(answer.task, fold));
        if ("notApplicable" in prediction) return [baseline.facts.id, prediction.notApplicable];
        const result = score(answer.task, [prediction.predictions], metric.metric);
        return [baseline.facts.id, "problem" in result ? result.problem : result.value];
      }),
    );
    if (process.env["SEMIMECH_PRINT"] !== undefined) for (const [id, value] of scores) console.log(`network ${index}`, id.padEnd(24), typeof value === "number" ? value.toFixed(4) : value);
    for (const [id, values] of Object.entries(published)) {
      expect(Math.abs(Number(scores.get(id)) - (values[index - 1] ?? Number.NaN)), `network ${index} ${id}: ${scores.get(id)}`).toBeLessThanOrEqual(printed);
    }
  });

  it("reads five series of 21 times, with and without blank lines between them", () => {
    for (const index of [1, 2, 3]) {
      const data = network(index);
      expect(data.series.map((block) => block.length)).toEqual([210, 210, 210, 210, 210]);
      expect(data.genes).toEqual(["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10"]);
    }
  });

  it("says where declared pairs do not fit the gold rows", () => {
    const text = (kind: string): string => dataText(`${folder}/insilico_size10/insilico_size10_1_${kind}.tsv`);
    const read = readGnw(
      {
        knockouts: text("knockouts"),
        knockdowns: text("knockdowns"),
        timeSeries: text("timeseries"),
        dualKnockouts: dataText(`${folder}/dualknockouts/gold_standards/10/insilico_size10_1_nonoise_dualknockouts.tsv`),
      },
      { name: "insilico_size10_1", times, pairs: [[7, 10], [1, 10], [2, 7], [3, 9], [1, 3]] },
    );
    expect("problems" in read ? read.problems : []).toEqual([
      { table: "insilico_size10_1_nonoise_dualknockouts.tsv", row: 3, column: "G2", message: expect.stringContaining("G2 is knocked out in this row, but its value is 0.425129") },
    ]);
  });

  it("a repressing module lowers transcription from its basal level and an enhancing one raises it, in all six kinetic models", () => {
    let modules = 0;
    for (const name of [1, 2, 3].flatMap((index) => [`insilico_size10_${index}`, `insilico_size100_${index}`])) {
      const xml = dataText(`${folder}/kinetic_models/${name}.xml`);
      const structure = readGnwStructure(xml);
      const parameters = readGnwParameters(xml);
      if ("problems" in structure) throw new Error(JSON.stringify(structure.problems.slice(0, 3)));
      if ("problems" in parameters) throw new Error(JSON.stringify(parameters.problems.slice(0, 3)));
      structure.structure.regulation.forEach((regulation, gene) => {
        const rates = parameters.parameters[gene];
        expect(rates?.gene).toBe(regulation.gene);
        expect(rates?.a).toHaveLength(2 ** regulation.modules.length);
        expect(rates?.k).toHaveLength(regulation.regulators.length);
        regulation.modules.forEach((module, place) => {
          const basal = rates?.a[0] ?? Number.NaN;
          const alone = rates?.a[2 ** place] ?? Number.NaN;
          if (module.represses) expect(alone, `${name} ${regulation.gene} module ${place + 1}`).toBeLessThan(basal);
          else expect(alone, `${name} ${regulation.gene} module ${place + 1}`).toBeGreaterThan(basal);
          modules += 1;
        });
      });
    }
    expect(modules).toBeGreaterThan(300);
  });

  it("reads the structure without the values of rates", () => {
    const xml = dataText(`${folder}/kinetic_models/insilico_size10_2.xml`);
    const blind = xml.replace(/(<parameter id="(?:max|delta|deltaProtein|maxTranslation|[akn]_\d+)"[^>]*value=")[^"]*"/g, '$1hidden"');
    expect(blind).not.toBe(xml);
    const read = readGnwStructure(blind);
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    expect(read).toEqual(readGnwStructure(xml));
    expect(read.structure.regulation[4]).toEqual({
      gene: "G5",
      regulators: expect.any(Array),
      modules: [
        { activators: [0, 1], deactivators: [], bindsAsComplex: expect.any(Boolean), represses: true },
        { activators: [2], deactivators: [], bindsAsComplex: expect.any(Boolean), represses: true },
        { activators: [3], deactivators: [], bindsAsComplex: expect.any(Boolean), represses: false },
      ],
    });
    expect(read.structure.regulation[3]?.modules).toEqual([{ activators: [0], deactivators: [1], bindsAsComplex: expect.any(Boolean), represses: true }]);
    const values = readGnwParameters(blind);
    expect("problems" in values).toBe(true);
  });
});
