import { DOMParser } from "@xmldom/xmldom";
import type { Element } from "@xmldom/xmldom";
import type { Problem } from "../kernel/problem.ts";

/** One regulatory module: regulators that act together on a gene. */
export interface GnwModule {
  /** Places in the gene's list of regulators. */
  readonly activators: readonly number[];
  /** Regulators that switch the module off, places in the same list. */
  readonly deactivators: readonly number[];
  /** The activators bind as one complex; else each on its own. */
  readonly bindsAsComplex: boolean;
  /** Written with a leading `~`: the module, when on, lowers the gene's transcription; else it raises it. */
  readonly represses: boolean;
}

/** How one gene is regulated, without any rate. */
export interface GnwRegulation {
  readonly gene: string;
  /** Names of the regulating genes in the order of the formula's numbers 1, 2, ... */
  readonly regulators: readonly string[];
  readonly modules: readonly GnwModule[];
}

/** What a GeneNetWeaver kinetic model says about structure alone. */
export interface GnwStructure {
  readonly name: string;
  readonly regulation: readonly GnwRegulation[];
}

/** All rates of one gene; the kinetic model itself, kept apart so that a mechanism can be built without ever seeing it. */
export interface GnwGeneParameters {
  readonly gene: string;
  readonly max: number;
  readonly delta: number;
  readonly maxTranslation: number;
  readonly deltaProtein: number;
  /** Transcription in each state of the modules, [2^modules]; bit j of the index = module j is on. */
  readonly a: readonly number[];
  /** Dissociation constants [regulators]. */
  readonly k: readonly number[];
  /** Hill coefficients [regulators]. */
  readonly n: readonly number[];
}

type Read<Value> = Value | { readonly problems: readonly Problem[] };

/**
 * The regulation structure of a GeneNetWeaver kinetic model (SBML level 2 as it writes it). Only the species, the formula in each
 * synthesis reaction's name and the structural flags are read; the value of no rate, weight, constant or exponent is.
 * @source Schaffter et al. 2011, doi:10.1093/bioinformatics/btr373
 */
export function readGnwStructure(xml: string): Read<{ readonly structure: GnwStructure }> {
  const model = readModel(xml);
  if ("problems" in model) return model;
  const problems: Problem[] = [];
  const regulation = model.syntheses.flatMap((synthesis) => readRegulation(synthesis, model.genes, problems));
  for (const gene of model.genes) {
    if (!regulation.some((each) => each.gene === gene)) problems.push({ line: 1, column: 1, message: `gene "${gene}" has no synthesis reaction` });
  }
  return problems.length > 0 ? { problems } : { structure: { name: model.name, regulation } };
}

/** Every rate of a GeneNetWeaver kinetic model, in the order of its genes: the truth, for tests and for making data. */
export function readGnwParameters(xml: string): Read<{ readonly parameters: readonly GnwGeneParameters[] }> {
  const model = readModel(xml);
  if ("problems" in model) return model;
  const problems: Problem[] = [];
  const parameters = model.syntheses.flatMap((synthesis) => {
    const degradation = model.degradations.find((each) => each.gene === synthesis.gene);
    if (degradation === undefined) {
      problems.push({ ...placeOf(synthesis.element), message: `gene "${synthesis.gene}" has no degradation reaction` });
      return [];
    }
    const values = parameterValues(synthesis.element, () => true, problems);
    const regulators = namesOf(synthesis.element, "modifierSpeciesReference");
    const modules = [...values.keys()].filter((id) => id.startsWith("bindsAsComplex_")).length;
    const value = (id: string): number => values.get(id) ?? missing(synthesis.element, id, problems);
    return [
      {
        gene: synthesis.gene,
        max: value("max"),
        delta: parameterValues(degradation.element, () => true, problems).get("delta") ?? missing(degradation.element, "delta", problems),
        maxTranslation: value("maxTranslation"),
        deltaProtein: value("deltaProtein"),
        a: Array.from({ length: 2 ** modules }, (_, state) => value(`a_${state}`)),
        k: regulators.map((_name, place) => value(`k_${place + 1}`)),
        n: regulators.map((_name, place) => value(`n_${place + 1}`)),
      },
    ];
  });
  return problems.length > 0 ? { problems } : { parameters };
}

interface GeneReaction {
  readonly gene: string;
  readonly element: Element;
}

interface GnwModel {
  readonly name: string;
  readonly genes: readonly string[];
  readonly syntheses: readonly GeneReaction[];
  readonly degradations: readonly GeneReaction[];
}

function readModel(xml: string): Read<GnwModel> {
  const problems: Problem[] = [];
  let document;
  try {
    document = new DOMParser({
      onError: (level, message) => {
        if (level !== "warning") throw new SyntaxError(String(message));
      },
    }).parseFromString(xml, "text/xml");
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [, line, column] = /line:?\s*(\d+),\s*col:?\s*(\d+)/i.exec(text) ?? [];
    return { problems: [{ line: Number(line ?? 1), column: Number(column ?? 1), message: `not well-formed XML: ${text.split("\n")[0] ?? text}` }] };
  }
  const model = elements(document, "model")[0];
  if (model === undefined) return { problems: [{ line: 1, column: 1, message: "no <model>: this is not a GeneNetWeaver kinetic model" }] };
  // GeneNetWeaver's one species that is no gene is the boundary it makes mRNA from.
  const genes = elements(model, "species").filter((species) => species.getAttribute("boundaryCondition") !== "true").map((species) => species.getAttribute("id") ?? "");
  const syntheses: GeneReaction[] = [];
  const degradations: GeneReaction[] = [];
  for (const element of elements(model, "reaction")) {
    const id = element.getAttribute("id") ?? "";
    const [, gene, kind] = /^(.+)_(synthesis|degradation)$/.exec(id) ?? [];
    if (gene === undefined || !genes.includes(gene)) problems.push({ ...placeOf(element), message: `reaction "${id}" is neither a gene's synthesis nor its degradation` });
    else (kind === "synthesis" ? syntheses : degradations).push({ gene, element });
  }
  if (genes.length === 0) problems.push({ line: 1, column: 1, message: "the model has no genes" });
  return problems.length > 0 ? { problems } : { name: model.getAttribute("name") ?? "", genes, syntheses, degradations };
}

/** `G2_synthesis: ~(1) + (2*3~4)`: modules in order; `~` before a module represses, `~` before a regulator's number deactivates it. */
function readRegulation({ gene, element }: GeneReaction, genes: readonly string[], problems: Problem[]): readonly GnwRegulation[] {
  const before = problems.length;
  const report = (message: string): void => void problems.push({ ...placeOf(element), message: `synthesis of "${gene}": ${message}` });
  const regulators = namesOf(element, "modifierSpeciesReference");
  for (const regulator of regulators) if (!genes.includes(regulator)) report(`regulator "${regulator}" is no gene of the model`);
  const [, formula] = /^[^:]*:\s*(.*)$/.exec(element.getAttribute("name") ?? "") ?? [];
  if (formula === undefined) report('its name has no formula such as "~(1) + (2*3)"');
  const flags = parameterValues(element, (id) => /^(bindsAsComplex|numActivators|numDeactivators)_\d+$/.test(id), problems);
  const written = formula === undefined || formula === "no inputs" ? [] : formula.split(" + ");
  const modules = written.flatMap((text, place): readonly GnwModule[] => {
    const [, tilde, inside] = /^(~?)\((\d+(?:[*~]\d+)*)\)$/.exec(text.trim()) ?? [];
    if (inside === undefined) {
      report(`"${text}" is not a module such as (1*2~3)`);
      return [];
    }
    const inputs = [...inside.matchAll(/([*~]?)(\d+)/g)].map(([, sign, digits]) => ({ regulator: Number(digits) - 1, deactivates: sign === "~" }));
    const activators = inputs.filter((input) => !input.deactivates).map((input) => input.regulator);
    const deactivators = inputs.filter((input) => input.deactivates).map((input) => input.regulator);
    const flag = (name: string): number => flags.get(`${name}_${place + 1}`) ?? missing(element, `${name}_${place + 1}`, problems);
    const counted = [
      ["numActivators", activators.length],
      ["numDeactivators", deactivators.length],
    ] as const;
    for (const [name, count] of counted) if (flag(name) !== count) report(`${name}_${place + 1} is ${flag(name)}, the formula "${text}" has ${count}`);
    const complex = flag("bindsAsComplex");
    if (complex !== 0 && complex !== 1) report(`bindsAsComplex_${place + 1} is ${complex}, not 0 or 1`);
    return [{ activators, deactivators, bindsAsComplex: complex === 1, represses: tilde === "~" }];
  });
  const used = modules.flatMap((module) => [...module.activators, ...module.deactivators]);
  if (used.length !== regulators.length || used.some((regulator, place) => regulator !== place)) {
    report(`the formula "${formula ?? ""}" does not use the ${regulators.length} regulators once each and in order`);
  }
  if (flags.size !== 3 * written.length) report(`${flags.size} structural flags for ${written.length} modules; each module has 3`);
  return problems.length > before ? [] : [{ gene, regulators, modules }];
}

function elements(parent: { getElementsByTagName(name: string): Iterable<Element> }, name: string): readonly Element[] {
  return [...parent.getElementsByTagName(name)];
}

const namesOf = (element: Element, tag: string): readonly string[] => elements(element, tag).map((each) => each.getAttribute("species") ?? "");

/** Values of the parameters whose id is wanted; others are not looked at. */
function parameterValues(element: Element, wanted: (id: string) => boolean, problems: Problem[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const parameter of elements(element, "parameter")) {
    const id = parameter.getAttribute("id") ?? "";
    if (!wanted(id)) continue;
    const text = parameter.getAttribute("value") ?? "";
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value)) values.set(id, value);
    else problems.push({ ...placeOf(parameter), message: `the value of "${id}" is "${text}", not a number` });
  }
  return values;
}

function missing(element: Element, id: string, problems: Problem[]): number {
  problems.push({ ...placeOf(element), message: `parameter "${id}" is missing in reaction "${element.getAttribute("id") ?? ""}"` });
  return Number.NaN;
}

const placeOf = (element: Element): { readonly line: number; readonly column: number } => ({ line: element.lineNumber ?? 1, column: element.columnNumber ?? 1 });
