/** Atoms and charge of a species. */
export interface Composition {
  /** Atoms by element symbol. */
  readonly elements: Readonly<Record<string, number>>;
  /** In units of the elementary charge. */
  readonly charge: number;
}

/** What a formula says, or everything wrong with it; columns count from 1. */
export type FormulaComposition = { readonly composition: Composition; readonly problems?: undefined } | { readonly problems: readonly { readonly column: number; readonly message: string }[]; readonly composition?: undefined };

const symbols =
  "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og";
/** The elements, and `R` and `X` for a rest that only has to be balanced. */
const known: ReadonlySet<string> = new Set([...symbols.split(" "), "R", "X"]);

/**
 * Reads a chemical formula such as `C6H12O6`, `Ca(OH)2`, `NH4+`, `HPO4^2-`, `Fe+++` or `SO4-2`. The charge stands at the end:
 * signs alone, a sign and a number, or `^` with number and sign. `R` and `X` stand for an unnamed rest.
 * @status problems: unknown symbols, brackets that do not match, a count or charge that reads two ways; each with its column.
 */
export function readFormula(text: string): FormulaComposition {
  const problems: { column: number; message: string }[] = [];
  const note = (at: number, message: string): void => void problems.push({ column: at + 1, message });
  const charge = /(?:\^(\d*)([+-])|([+-])(\d+)|(\++|-+))$/.exec(text);
  const body = charge ? text.slice(0, charge.index) : text;
  // Ca2+ and SO42- are meant as charges, NH4+ as a count: where both can be meant, it has to be said.
  if (charge?.[5]?.length === 1 && /\d{2,}$|^[A-Z][a-z]*\d$/.test(body)) {
    note(charge.index, `"${/[A-Za-z)]*\d+$/.exec(body)?.[0] ?? ""}${charge[0]}" reads two ways; write the charge as "^1${charge[0]}" or "^${body.at(-1) ?? ""}${charge[0]}"`);
  }
  const open: { at: number; counts: Map<string, number> }[] = [{ at: 0, counts: new Map() }];
  const pattern = /([A-Z][a-z]*)(\d*)|(\()|\)(\d*)|(.)/gsu;
  for (const match of body.matchAll(pattern)) {
    const [token, element, count, opening, times, other] = match;
    const top = open.at(-1);
    if (element !== undefined) {
      if (!known.has(element)) note(match.index, `"${element}" is no element${split(element)}`);
      if (count?.startsWith("0")) note(match.index, `"${token}": a count starts with 1 to 9; leave the element out where there is none`);
      top?.counts.set(element, (top.counts.get(element) ?? 0) + (count === "" ? 1 : Number(count)));
    } else if (opening !== undefined) open.push({ at: match.index, counts: new Map() });
    else if (other !== undefined) note(match.index, `"${other}" cannot stand here; a formula is made of element symbols, counts, round brackets and a charge at the end`);
    else if (open.length === 1) note(match.index, `")" closes no bracket; take it out or open one before it`);
    else {
      open.pop();
      const factor = times === "" ? 1 : Number(times);
      for (const [id, inside] of top?.counts ?? []) open.at(-1)?.counts.set(id, (open.at(-1)?.counts.get(id) ?? 0) + inside * factor);
    }
  }
  for (const { at } of open.slice(1)) note(at, `"(" is never closed; add ")" with its count`);
  if (text.trim() === "") note(0, `the formula is empty; leave the species out where its formula is not known`);
  if (problems.length > 0) return { problems: problems.toSorted((a, b) => a.column - b.column) };
  return { composition: { elements: Object.fromEntries(open[0]?.counts ?? []), charge: charge ? chargeOf(charge) : 0 } };
}

function chargeOf([, size, sign, sign2, size2, run]: RegExpExecArray): number {
  if (run !== undefined) return run.length * (run.startsWith("+") ? 1 : -1);
  const amount = size === "" ? 1 : Number(size ?? size2);
  return (sign ?? sign2) === "+" ? amount : -amount;
}

/** Hint for symbols run together or written in one case. */
function split(element: string): string {
  const capital = element.charAt(0);
  const two = element.slice(0, 2);
  const start = known.has(two) ? two : known.has(capital) ? capital : null;
  return start === null ? "; symbols are case-sensitive, as in NaCl" : `; it begins like "${start}", and the next symbol needs a capital letter`;
}
