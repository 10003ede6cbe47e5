import { eventTargets } from "../check.ts";
import type { Network, NetworkEvent, Participant, Species } from "../network.ts";
import { isIdentifier } from "./reserved.ts";
import { defaultCompartment } from "./reader.ts";

/**
 * Reaction text that reads back to the same network, field by field.
 * A network whose id cannot be a name is written without its `model` line.
 */
export function writeReactionText(network: Network): string {
  const initialFormulas = new Map(network.initialAssignments.map(({ target, formula }) => [target, formula]));
  const ruled = new Set([...network.rules.map(({ target }) => target), ...eventTargets(network)]);
  const blocks: string[][] = [
    network.units.map(({ id, formula }) => `unit ${id} = ${formula};`),
    writeCompartments(network, ruled),
    network.species.map(writeSpecies),
    network.reactions.map(
      ({ id, reactants, products, reversible, rate }) => `${[`${id}:`, writeSide(reactants), reversible ? "->" : "=>", writeSide(products)].filter((part) => part !== "").join(" ")}; ${rate};`,
    ),
    network.parameters.flatMap(({ id, value, constant }) => {
      if (!constant && !ruled.has(id)) return [`var ${id}${value === null ? "" : ` = ${writeNumber(value)}`};`];
      if (value !== null) return [`${id} = ${writeNumber(value)};`];
      // A rule or an initial assignment declares the parameter, but only an own line keeps its place in the list.
      return [constant ? `const ${id};` : `var ${id};`];
    }),
    network.rules.map(({ kind, target, formula }) => (kind === "rate" ? `${target}' = ${formula};` : `${target} := ${formula};`)),
    (network.events ?? []).map(writeEvent),
    network.species.flatMap((species) => (species.initial === null ? [] : [`${species.id} = ${writeInitial(species, species.initial)};`])),
    [...initialFormulas].map(([target, formula]) => `${target} = ${formula};`),
    [...network.compartments, ...network.species, ...network.parameters].flatMap(({ id, unit }) => (unit === null ? [] : [`${id} has ${unit};`])),
  ];
  const body = blocks.filter((block) => block.length > 0).map((block) => block.map((line) => `  ${line}`).join("\n"));
  const text = body.join("\n\n");
  return isIdentifier(network.id) ? `model ${network.id}\n${text}\nend\n` : `${text.replace(/^ {2}/gm, "")}\n`;
}

function writeCompartments(network: Network, ruled: ReadonlySet<string>): string[] {
  const last = network.compartments.at(-1);
  const implied = last?.id === defaultCompartment && last.size === 1 && last.constant && last.unit === null && isImplied(network) ? last : undefined;
  return network.compartments
    .filter((compartment) => compartment !== implied)
    .map(({ id, size, constant }) => `${constant || ruled.has(id) ? "" : "var "}compartment ${id}${size === null ? "" : ` = ${writeNumber(size)}`};`);
}

/** Whether the default compartment need not be written: a species stands in it and nothing names it. */
function isImplied(network: Network): boolean {
  const residents = network.species.filter(({ compartment }) => compartment === defaultCompartment);
  const formulas = [...network.reactions.map(({ rate }) => rate), ...network.rules.map(({ formula }) => formula), ...network.initialAssignments.map(({ formula }) => formula), ...(network.events ?? []).map(writeEvent)];
  const isNamed = new RegExp(`\\b${defaultCompartment}\\b`);
  return residents.length > 0 && !residents.some(isAmountOfConcentration) && !formulas.some((formula) => isNamed.test(formula));
}

function writeSpecies(species: Species): string {
  const modifiers = `${species.constant ? "const " : ""}${species.substanceOnly ? "substanceOnly " : ""}`;
  const place = species.compartment === defaultCompartment ? "" : ` in ${species.compartment}`;
  return `${modifiers}species ${species.boundary && !species.constant ? "$" : ""}${species.id}${place};`;
}

function writeEvent(event: NetworkEvent): string {
  const settings = [
    event.priority === null ? "" : `, priority = ${event.priority}`,
    event.initialValue ? "" : ", t0 = false",
    event.persistent ? "" : ", persistent = false",
    event.valuesFromTriggerTime ? "" : ", fromTrigger = false",
  ];
  const delay = event.delay === null ? "" : `${event.delay} after `;
  return `${event.id}: at ${delay}${event.trigger}${settings.join("")}: ${event.assignments.map(({ target, formula }) => `${target} = ${formula}`).join(", ")};`;
}

const isAmountOfConcentration = (species: Species): boolean => species.initial !== null && species.initialKind === "amount" && !species.substanceOnly;

function writeInitial(species: Species, initial: number): string {
  return isAmountOfConcentration(species) ? `${writeNumber(initial)} / ${species.compartment}` : writeNumber(initial);
}

function writeSide(participants: readonly Participant[]): string {
  return participants.map(({ species, stoichiometry }) => (stoichiometry === 1 ? species : `${writeNumber(stoichiometry)} ${species}`)).join(" + ");
}

const writeNumber = (value: number): string => String(value);
