import { evaluate } from "../kernel/evaluate.ts";
import type { Problem } from "../kernel/problem.ts";
import { canonicalFormula, plainNumber } from "../models/formula.ts";
import { withElementaryReactions } from "../models/elementary-reactions.ts";
import { isIdentifier } from "../models/text/reserved.ts";
import type { InitialAssignment, Network, Parameter, Participant, Reaction, Rule, Species } from "../models/network.ts";
import { type Names, translateExpression } from "./bionetgen-expression.ts";
import { type Line, type Lines, isDigit, linesOf } from "./bionetgen-lines.ts";
import { elementaryRows } from "./bionetgen-elementary.ts";
import { ROW, type ReactionRows, field } from "./bionetgen-reactions.ts";

export interface BioNetGenNetwork {
  readonly network: Network;
  /** Pattern of each species by its id, such as `L(r!1).R(a,l!1)`. */
  readonly patterns: Readonly<Record<string, string>>;
  /** Ids of the groups (observables), in the file's order. */
  readonly groups: readonly string[];
}

export type BioNetGenResult = (BioNetGenNetwork & { readonly problems?: undefined }) | { readonly problems: readonly Problem[] };

/**
 * Reads a network that BioNetGen has written out (`.net`): numbers of molecules in one volume, elementary rates as constants
 * times populations, `Sat` and `MM` laws, functions and groups. Species are called S1, S2, … by their number in the file.
 *
 * @status problems: every line that cannot be read, with its line and column
 * @source Blinov et al. 2004, doi:10.1093/bioinformatics/bth378; Faeder, Blinov & Hlavacek 2009, doi:10.1007/978-1-59745-525-1_5
 */
export function readBioNetGen(text: string, id = "network"): BioNetGenResult {
  const problems: Problem[] = [];
  const lines = linesOf(text, problems);
  return problems.length > 0 ? { problems } : new Reader(lines, problems).read(id);
}

/** Turns lines into a network; a class for the names and problems that every part of it shares. */
class Reader implements Names {
  readonly #ids = new Map<string, string>();
  readonly #values = new Map<string, number>();
  readonly #speciesIds = new Map<number, string>();
  #reactionPrefix = "R";
  readonly #formulas = new Map<string, { readonly text: string; readonly value: number | null }>();
  /** Constants that stand before the names of all species, in canonical text. */
  readonly #leading = new Map<string, string>();
  readonly #sides = new Map<string, Side>();
  readonly #text: string;
  readonly #lines: Lines["blocks"];
  readonly #reactions: ReactionRows;
  readonly #problems: Problem[];

  constructor({ text, blocks: lines, reactions }: Lines, problems: Problem[]) {
    this.#text = text;
    this.#lines = lines;
    this.#reactions = reactions;
    this.#problems = problems;
  }

  idOf(name: string): string | null {
    return this.#ids.get(name) ?? null;
  }

  constant(text: string): number | null {
    const read = canonicalFormula(text);
    if (read.problems) return null;
    const value = evaluate(read.expression, (name) => this.#values.get(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  }

  read(id: string): BioNetGenResult {
    const { parameters: parameterLines, functions, groups } = this.#lines;
    for (const line of [...parameterLines, ...functions]) this.#declare(nameOf(line), line);
    // A group may be called like a parameter; formulas then mean the parameter.
    const groupIds = groups.map((line) => {
      const name = nameOf(line);
      if (!this.#ids.has(name)) this.#declare(name, line);
      else this.#declare(`${name}_group`, line, name);
      return this.#ids.get(`${name}_group`) ?? this.#ids.get(name) ?? name;
    });
    const speciesNumbers = this.#lines.species.map(({ index }) => index);
    const speciesPrefix = this.#prefixFrom("S", () => speciesNumbers);
    for (const number of speciesNumbers) {
      const species = `${speciesPrefix}${number}`;
      this.#speciesIds.set(number, species);
    }
    this.#reactionPrefix = this.#prefixFrom("R", () => Array.from({ length: this.#reactions.count }, (_, at) => this.#reactions.numberOf(at)));

    const parameters: Parameter[] = [];
    const initialAssignments: InitialAssignment[] = [];
    for (const line of parameterLines) this.#readParameter(line, parameters, initialAssignments);
    const rules: Rule[] = [];
    const patterns: Record<string, string> = {};
    const species = this.#lines.species.flatMap((line) => this.#readSpecies(line, patterns, initialAssignments) ?? []);
    groups.forEach((line, index) => this.#readGroup(line, groupIds[index] ?? "", rules));
    for (const line of functions) this.#readFunction(line, rules);
    for (const { target } of rules) parameters.push({ id: target, value: null, constant: false, unit: null });
    const elementary = elementaryRows(this.#reactions, (at) => this.#reactionId(this.#reactions.numberOf(at)), speciesNumbers, (word) => this.#leading.get(word), (at) => this.#readReaction(this.#reactionLine(at)));
    if (this.#problems.length > 0) return { problems: this.#problems };
    const compartments = species.length > 0 ? [{ id: compartment, size: 1, constant: true, unit: null }] : [];
    const rest = { schema: "network/1" as const, id: isIdentifier(id) ? id : "network", compartments, species, parameters, rules, initialAssignments, units: [] };
    // What stands twice is for the checks to find, which do not look at what is known to be right.
    const network = withElementaryReactions(rest, elementary);
    return { network: this.#reactions.isAscending ? network : { ...network }, patterns, groups: groupIds };
  }

  #reactionId(number: number): string {
    return `${this.#reactionPrefix}${number}`;
  }

  #note({ line, text }: Line, at: string, message: string): void {
    this.#problems.push({ line, column: Math.max(0, text.indexOf(at)) + 1, message });
  }

  /** What stands before the numbers in ids of numbered things: the letter, or a longer one where that makes an id that is taken. */
  #prefixFrom(letter: string, numbers: () => readonly number[]): string {
    let prefix = letter;
    const taken = new Set(this.#ids.values());
    const isTaken = (): boolean => {
      if (![...taken].some((id) => id.startsWith(prefix) && isDigit(id.charCodeAt(prefix.length)))) return false;
      return numbers().some((number) => taken.has(`${prefix}${number}`));
    };
    while (isTaken()) prefix += "_";
    return prefix;
  }

  #declare(name: string, line: Line, written: string = name): void {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      this.#note(line, written, `"${name}" is no name`);
      return;
    }
    if (this.#ids.has(name)) {
      this.#note(line, name, `"${name}" is declared twice`);
      return;
    }
    // A word that formulas keep for themselves gets an underscore.
    this.#ids.set(name, isIdentifier(name) && name !== compartment ? name : `${name}_`);
  }

  /** Canonical text of an expression; equal texts are read once. */
  #formula(line: Line, expression: string): { readonly text: string; readonly value: number | null } | null {
    const known = this.#formulas.get(expression);
    if (known) return known;
    const translated = translateExpression(expression, this);
    if (translated.text === undefined) {
      this.#note(line, expression, translated.problem);
      return null;
    }
    const read = canonicalFormula(translated.text);
    if (read.problems) {
      for (const { message } of read.problems) this.#note(line, expression, message);
      return null;
    }
    const formula = { text: read.text, value: plainNumber(read.expression) };
    this.#formulas.set(expression, formula);
    return formula;
  }

  #readParameter(line: Line, parameters: Parameter[], assignments: InitialAssignment[]): void {
    const id = this.idOf(nameOf(line));
    const formula = this.#formula(line, line.text.slice(line.text.indexOf(nameOf(line)) + nameOf(line).length).replace(/\[[^\]]*\]\s*$/, "").trim());
    if (id === null || !formula) return;
    parameters.push({ id, value: formula.value, constant: true, unit: null });
    const value = formula.value ?? this.constant(formula.text);
    if (value !== null) this.#values.set(id, value);
    if (formula.value === null) assignments.push({ target: id, formula: formula.text });
  }

  #readSpecies(line: Line, patterns: Record<string, string>, assignments: InitialAssignment[]): Species | null {
    const parts = /^(\$?)(\S+)\s+(.+)$/.exec(line.text);
    const id = this.#speciesIds.get(line.index) ?? "";
    if (!parts) {
      this.#note(line, line.text, `expected a pattern and an initial value, as in "1 A(b) 100", found "${line.text}"`);
      return null;
    }
    const [, fixed, pattern = "", initial = ""] = parts;
    const formula = this.#formula(line, initial);
    if (!formula) return null;
    // Inside a pattern a dollar may stand behind the compartment: @c:$A().
    const isFixed = fixed === "$" || /^@\w+::?\$/.test(pattern);
    patterns[id] = pattern;
    if (formula.value === null) assignments.push({ target: id, formula: formula.text });
    return { id, compartment, initial: formula.value, initialKind: "concentration", boundary: isFixed, constant: isFixed, substanceOnly: false, unit: null };
  }

  #readGroup(line: Line, target: string, rules: Rule[]): void {
    const name = nameOf(line);
    const members = line.text.slice(line.text.indexOf(name) + name.length).trim();
    const terms = members === "" ? [] : members.split(",").map((member) => {
      const [left = "", right] = member.split("*");
      const species = this.#speciesIds.get(Number(right ?? left));
      if (species === undefined) this.#note(line, member, `"${member.trim()}" names no species`);
      return right === undefined ? (species ?? "") : `${left}*${species ?? ""}`;
    });
    if (terms.some((term) => term === "" || term.endsWith("*"))) return;
    const read = canonicalFormula(terms.length === 0 ? "0" : terms.join("+"));
    if (read.problems) for (const { message } of read.problems) this.#note(line, members, message);
    else rules.push({ kind: "assignment", target, formula: read.text });
  }

  #readFunction(line: Line, rules: Rule[]): void {
    const name = nameOf(line);
    const target = this.idOf(name);
    const head = /^\w+\s*\(([^)]*)\)\s*/.exec(line.text);
    if (!head) return this.#note(line, line.text, `expected a function, as in "f() k*A", found "${line.text}"`);
    if ((head[1] ?? "").trim() !== "") return this.#note(line, name, `"${name}" is a local function, which is not read; expand the network first`);
    const formula = this.#formula(line, line.text.slice(head[0].length).replace(/^=\s*/, ""));
    if (target !== null && formula) rules.push({ kind: "assignment", target, formula: formula.text });
  }

  #reactionLine(at: number): Line {
    const { rows } = this.#reactions;
    const row = ROW * at;
    return { line: rows[row + field.line] ?? 0, text: this.#text.slice(rows[row + field.from], rows[row + field.to]), index: this.#reactions.numberOf(at) };
  }

  #readReaction(line: Line): Reaction | null {
    const [left = "", right = "", first = "", ...rest] = fieldsOf(line.text);
    const reactants = this.#side(line, left);
    const products = this.#side(line, right);
    if (!reactants || !products) return null;
    if (first === "") {
      this.#note(line, line.text, `expected reactants, products and a rate, as in "1,2 3 k", found "${line.text}"`);
      return null;
    }
    const rate = this.#rate(line, reactants.ids, first, rest);
    if (rate === null) return null;
    return { id: this.#reactionId(line.index), reactants: reactants.participants, products: products.participants, rate, reversible: false };
  }

  /** The species of a side; equal texts are read once. */
  #side(line: Line, text: string): Side | null {
    const known = this.#sides.get(text);
    if (known) return known;
    const numbers = text === "0" ? [] : text.split(",");
    const ids: string[] = [];
    for (const number of numbers) {
      const id = this.#speciesIds.get(Number(number));
      if (id === undefined) {
        this.#note(line, text, `"${number}" names no species`);
        return null;
      }
      ids.push(id);
    }
    const side = { ids, participants: merged(ids) };
    this.#sides.set(text, side);
    return side;
  }

  /** Rate as canonical text: constant times populations, or one of the named laws. */
  #rate(line: Line, reactants: readonly string[], first: string, rest: readonly string[]): string | null {
    // A constant met before, in the form that most reactions have.
    const constant = rest.length === 0 ? this.#leading.get(first) : undefined;
    if (constant !== undefined) return reactants.length === 0 ? constant : `${constant}*${reactants.join("*")}`;
    const law = /^\w+$/.test(first) && rest.length > 0 ? first : "Ele";
    const given = law === "Ele" && first !== "Ele" ? [first, ...rest] : rest;
    const operands = (law === "Ele" ? [given.join(" ")] : given).map((text) => this.#formula(line, text)?.text ?? null);
    if (operands.includes(null)) return null;
    const [leading] = operands;
    // Canonical already: numbers stand first, then names from small letters to capitals.
    if (law === "Ele" && typeof leading === "string" && isLeadingConstant(leading)) {
      if (rest.length === 0) this.#leading.set(first, leading);
      return [leading, ...reactants].join("*");
    }
    const texts = (operands as string[]).map((text) => (/^[\w.]+$/.test(text) ? text : `(${text})`));
    const [k = "1", K = "1"] = texts;
    const [x1, x2] = reactants;
    let formula: string;
    if (law === "Ele") formula = [k, ...reactants].join("*");
    else if (law === "Sat" && x1 !== undefined && texts.length >= 2)
      formula = `${[k, ...reactants].join("*")}/(${texts.slice(1).map((saturation, index) => `(${saturation}+${reactants[index] ?? x1})`).join("*")})`;
    else if (law === "MM" && x1 !== undefined && x2 !== undefined) {
      const free = `(0.5*((${x1}-${K}-${x2})+sqrt((${x1}-${K}-${x2})^2+4*${K}*${x1})))`;
      formula = `${k}*${free}*${x2}/(${K}+${free})`;
    } else {
      this.#note(line, law, `the rate law "${law}" is not read with ${reactants.length} reactants and ${rest.length} constants; read are a constant or a function, Sat and MM`);
      return null;
    }
    const read = canonicalFormula(formula);
    if (!read.problems) return read.text;
    for (const { message } of read.problems) this.#note(line, first, message);
    return null;
  }
}

/** One side of a reaction: a species as often as it takes part, and once with its number. */
interface Side {
  readonly ids: readonly string[];
  readonly participants: readonly Participant[];
}

/** What stands between blanks; most lines have a single one between two fields. */
const fieldsOf = (text: string): string[] => {
  const fields = text.split(" ");
  return fields.includes("") || text.includes("\t") ? text.split(/\s+/) : fields;
};

/** Id of the one compartment. */
const compartment = "mixture";

const nameOf = ({ text }: Line): string => /^[^\s(]+/.exec(text)?.[0] ?? "";

/** Whether a canonical text is a name, with a number before it or not, whose first letter puts it before the name of any species: names go from small letters over the underscore to capitals. */
function isLeadingConstant(text: string): boolean {
  const name = /^(?:\d+(?:\.\d+)?\*)?([a-z_A-R]\w*)$/.exec(text)?.[1];
  return name !== undefined && isIdentifier(name);
}

/** A side with each species once. */
function merged(side: readonly string[]): Participant[] {
  if (side.length < 2 || (side.length === 2 && side[0] !== side[1])) return side.map((species) => ({ species, stoichiometry: 1 }));
  const counts = new Map<string, number>();
  for (const species of side) counts.set(species, (counts.get(species) ?? 0) + 1);
  return [...counts].map(([species, stoichiometry]) => ({ species, stoichiometry }));
}
