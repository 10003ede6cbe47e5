import { z } from "zod";
import { conservationLaws, massAction, type Network, type Reaction } from "../models/index.ts";
import { table } from "../study/tables.ts";
import { exit } from "./exit.ts";
import { jsonNumberOrNull } from "./json-number.ts";
import { modelOrRefuse, type ModelSource } from "./model-source.ts";
import { printAnswer } from "./output-file.ts";
import type { Verb } from "./verb.ts";

/** What `info --json` prints. */
export const infoOutput = z.object({
  schema: z.literal("info/1"),
  model: z.object({ id: z.string(), title: z.string().nullable(), source: z.string().nullable() }),
  compartments: z.array(z.object({ id: z.string(), size: jsonNumberOrNull, unit: z.string().nullable() })),
  species: z.array(
    z.object({ id: z.string(), compartment: z.string(), initial: jsonNumberOrNull, kind: z.enum(["floating", "boundary", "constant"]), unit: z.string().nullable() }),
  ),
  parameters: z.array(z.object({ id: z.string(), value: jsonNumberOrNull, unit: z.string().nullable() })),
  reactions: z.array(
    z.object({ id: z.string(), equation: z.string(), rate: z.string(), kinetics: z.enum(["reversible", "one-way", "not mass action"]), note: z.string().nullable() }),
  ),
  rules: z.array(z.object({ kind: z.enum(["assignment", "rate"]), target: z.string(), formula: z.string() })),
  conservationLaws: z.array(z.record(z.string(), z.int())),
  units: z.array(z.object({ id: z.string(), formula: z.string() })),
});

type InfoOutput = z.output<typeof infoOutput>;

/** `semimech info MODEL`. */
export const info: Verb = {
  facts: {
    name: "info",
    summary: "what a model is made of: species, reactions, kinetics, conservation laws, units",
    takes: ["MODEL"],
    examples: ["semimech info goldbeter-koshland", "semimech info model.ant --json"],
  },
  options: {},
  async run(call, { terminal }) {
    const output = describe(await modelOrRefuse(call.positionals[0] ?? ""));
    await printAnswer(call, terminal, "info", output, infoText(output));
    return exit.ok;
  },
};

function describe({ network, title, source }: ModelSource): InfoOutput {
  return {
    schema: "info/1",
    model: { id: network.id, title, source },
    compartments: network.compartments.map(({ id, size, unit }) => ({ id, size, unit })),
    species: network.species.map(({ id, compartment, initial, constant, boundary, unit }) => ({
      id,
      compartment,
      initial,
      kind: constant ? "constant" : boundary ? "boundary" : "floating",
      unit,
    })),
    parameters: network.parameters.map(({ id, value, unit }) => ({ id, value, unit })),
    reactions: network.reactions.map((reaction) => describeReaction(network, reaction)),
    rules: network.rules.map(({ kind, target, formula }) => ({ kind, target, formula })),
    conservationLaws: conservationLaws(network).map((row) => ({ ...row })),
    units: network.units.map(({ id, formula }) => ({ id, formula })),
  };
}

function describeReaction(network: Network, reaction: Reaction): InfoOutput["reactions"][number] {
  const kinetics = massAction(network, reaction);
  return {
    id: reaction.id,
    equation: `${side(reaction.reactants)} ${reaction.reversible ? "->" : "=>"} ${side(reaction.products)}`,
    rate: reaction.rate,
    kinetics: kinetics.kind,
    note: kinetics.kind === "reversible" ? null : kinetics.reason,
  };
}

function side(list: Reaction["reactants"]): string {
  return list.length === 0 ? "∅" : list.map(({ species, stoichiometry }) => (stoichiometry === 1 ? species : `${stoichiometry} ${species}`)).join(" + ");
}

/** A titled table; nothing when it has no rows. */
function part(title: string, header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`# ${title} (${rows.length})\n${table(header, rows)}`];
}

function infoText(output: InfoOutput): string {
  return [
    `# ${output.model.id}${output.model.title === null ? "" : `: ${output.model.title}`}\n${output.model.source === null ? "" : `${output.model.source}\n`}`,
    ...part("compartments", ["id", "size", "unit"], output.compartments.map((each) => [each.id, each.size, each.unit])),
    ...part("species", ["id", "compartment", "initial", "kind", "unit"], output.species.map((each) => [each.id, each.compartment, each.initial, each.kind, each.unit])),
    ...part("parameters", ["id", "value", "unit"], output.parameters.map((each) => [each.id, each.value, each.unit])),
    ...part("reactions", ["id", "equation", "rate", "kinetics", "note"], output.reactions.map((each) => [each.id, each.equation, each.rate, each.kinetics, each.note])),
    ...part("rules", ["kind", "target", "formula"], output.rules.map((each) => [each.kind, each.target, each.formula])),
    ...part("conservation laws", ["law"], output.conservationLaws.map((law) => [lawText(law)])),
    ...part("units", ["id", "formula"], output.units.map((each) => [each.id, each.formula])),
  ].join("\n");
}

/** `E + ES - 2 X = constant`. */
function lawText(law: Readonly<Record<string, number>>): string {
  const terms = Object.entries(law).map(([id, factor], index) => {
    const size = Math.abs(factor) === 1 ? id : `${Math.abs(factor)} ${id}`;
    return index === 0 ? `${factor < 0 ? "-" : ""}${size}` : `${factor < 0 ? "-" : "+"} ${size}`;
  });
  return `${terms.join(" ")} = constant`;
}
