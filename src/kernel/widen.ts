import { i32, maskOf } from "./builder.ts";
import type { Divergence } from "./divergence.ts";
import { divergenceOf } from "./divergence.ts";
import { passingLocals } from "./passing-locals.ts";
import { valueWidener } from "./widen-value.ts";
import type { ValueWidener, Widened } from "./widen-value.ts";
import type { LaneType, Local, ProgramFunction, Statement, Type, Value } from "./program.ts";

/** How scalar functions become functions of several runs at once. */
export interface WidenOptions {
  readonly lanes: LaneType;
  /** Where the lanes' memory begins: the f64 at address a of the scalar code becomes 16 bytes at origin + 2a. */
  readonly origin: number;
  /** Addresses of pointers in the scalar memory, with the address of an f64 that stands, in each lane, for what the pointer points to. */
  readonly pointed?: ReadonlyMap<number, number>;
  /** Name of the lane version of a function. */
  readonly name: (scalar: string) => string;
}

/**
 * Lane versions of scalar functions and of all they call: every f64 becomes one number per lane, i32 stay the same for
 * all. Each lane computes what the scalar code would, bit for bit in f64x2, whatever the other lanes do: where they part,
 * both ways are gone and each keeps its own; a loop goes on while some lane is in it.
 *
 * @param roots functions to begin with; they and their callees must be among `functions`.
 * @throws Error naming the function and what has no meaning lane by lane (an address or a whole number that differs between lanes).
 */
export function widen(functions: readonly ProgramFunction[], roots: readonly string[], options: WidenOptions): ProgramFunction[] {
  const byName = new Map(functions.map((each) => [each.name, each]));
  const written = new Map<string, ProgramFunction | null>();
  const open: { readonly name: string; readonly isMasked: boolean }[] = roots.map((name) => ({ name, isMasked: false }));
  const nameOf = (name: string, isMasked: boolean): string => options.name(name) + (isMasked ? " where" : "");
  const need = (name: string, isMasked: boolean): ProgramFunction => {
    const callee = byName.get(name);
    if (!callee) throw new Error(`widen: no function is called "${name}"`);
    if (!written.has(nameOf(name, isMasked))) open.push({ name, isMasked });
    return callee;
  };
  for (let next = open.pop(); next; next = open.pop()) {
    const key = nameOf(next.name, next.isMasked);
    if (written.has(key)) continue;
    written.set(key, null);
    written.set(key, widenFunction(need(next.name, next.isMasked), next.isMasked, options, nameOf, need));
  }
  return [...written.values()].flatMap((each) => each ?? []);
}

const set = (target: Local, value: Value): Statement => ({ kind: "set", target, value });

/** What the statements being written stand under. */
interface Place {
  /** Lanes that are here; null when all are. */
  readonly mask: Local | null;
  readonly loops: readonly { readonly label: number; readonly live: Local | null }[];
}

function widenFunction(
  scalar: ProgramFunction,
  isMasked: boolean,
  options: WidenOptions,
  nameOf: (name: string, isMasked: boolean) => string,
  need: (name: string, isMasked: boolean) => ProgramFunction,
): ProgramFunction {
  const first = divergenceOf(scalar);
  const owner = first.returns ? returnOnce(scalar) : scalar;
  const divergence: Divergence = first.returns ? divergenceOf(owner) : first;
  const passing = isMasked || hasBranches(owner) ? passingLocals(owner) : new Set<number>();
  const { lanes, origin } = options;
  const maskType = maskOf(lanes);
  const refuse = (what: string): never => {
    throw new Error(`function "${owner.name}": ${what} cannot be computed in lanes`);
  };

  const locals: Local[] = [];
  const declare = (type: Type, name: string): Local => {
    const local: Local = { kind: "local", type, index: locals.length, name };
    locals.push(local);
    return local;
  };
  const renamed = new Map<number, Local>();
  const rename = (local: Local): void => void renamed.set(local.index, declare(local.type === "f64" ? lanes : divergence.truths.has(local.index) ? maskType : local.type, local.name));
  owner.parameters.forEach(rename);
  const givenMask = isMasked ? declare(maskType, "where") : null;
  const parameters = locals.slice();
  owner.locals.slice(owner.parameters.length).forEach(rename);
  const localOf = (local: Local): Local => renamed.get(local.index) ?? refuse(`local "${local.name}"`);

  let place: Place = { mask: givenMask, loops: [] };
  /** Where an address of the scalar code stands in the lanes' memory. */
  const moved = (address: Value, offset: number): { readonly address: Value; readonly offset: number } => {
    if (address.kind === "constant") return { address: i32.const(origin + 2 * (address.value + offset)), offset: 0 };
    return { address: i32.shl(address, 1), offset: origin + 2 * offset };
  };
  const callOperands = (name: string, operands: readonly Value[]): { readonly name: string; readonly operands: readonly Value[] } => {
    const callee = need(name, place.mask !== null);
    const given = callee.parameters.map((parameter, index): Value => {
      const operand = operands[index];
      if (!operand) return refuse(`a call of "${name}" without "${parameter.name}"`);
      if (parameter.type === "f64") return values.numbers(operand);
      const { value, varies } = values.widen(operand);
      return varies ? refuse(`a call of "${name}" whose "${parameter.name}" differs between lanes`) : value;
    });
    return { name: nameOf(name, place.mask !== null), operands: place.mask ? [...given, place.mask] : given };
  };
  const values: ValueWidener = valueWidener({
    lanes,
    refuse,
    local(local): Widened {
      const value = localOf(local);
      return { value, varies: value.type !== "i32" };
    },
    load(value, address) {
      if (value.type !== "f64") return refuse("a whole number in memory");
      return { value: { kind: "load", type: lanes, ...moved(address, value.offset) }, varies: true };
    },
    pointed(value) {
      const { address } = value;
      if (value.type !== "f64" || address.kind !== "load" || address.address.kind !== "constant") return null;
      const stands = options.pointed?.get(address.address.value + address.offset);
      return stands === undefined || value.offset !== 0 ? null : { value: { kind: "load", type: lanes, ...moved(i32.const(stands), 0) }, varies: true };
    },
    call: (value) => ({ value: { kind: "call", type: value.type === "f64" ? lanes : value.type, ...callOperands(value.name, value.operands) }, varies: value.type === "f64" }),
  });
  const { masks } = values;
  const sameInAll = (value: Value): Value => {
    const widened = values.widen(value);
    return widened.varies ? refuse("a whole number that differs between lanes") : widened.value;
  };
  const chosen = (value: Value, otherwise: Value): Value => (place.mask ? { kind: "select", type: value.type, condition: place.mask, then: value, otherwise } : value);
  /** Writes a list where only the lanes of a mask are. */
  const under = (mask: Local | null, loops: Place["loops"], list: readonly Statement[]): Statement[] => {
    const outer = place;
    place = { mask, loops };
    // A call under another mask is another call.
    values.forget();
    const inner = writeList(list);
    place = outer;
    values.forget();
    return inner;
  };
  const liveHere = (): Local | null => place.loops.findLast(({ live }) => live)?.live ?? null;

  const writeList = (list: readonly Statement[]): Statement[] => {
    const out: Statement[] = [];
    for (const statement of list) {
      out.push(...writeOne(statement));
      if (statement.kind === "break" || statement.kind === "return") break;
      const live = liveHere();
      if (live && place.mask !== live && leavesLoops(statement, place.loops)) {
        const rest = declare(maskType, "rest");
        out.push(set(rest, place.mask ? masks.and(place.mask, live) : live));
        place = { ...place, mask: rest };
        values.forget();
      }
    }
    return out;
  };
  const writeOne = (statement: Statement): Statement[] => {
    switch (statement.kind) {
      case "set": {
        const target = localOf(statement.target);
        if (target.type === "i32") return [set(target, sameInAll(statement.value))];
        const value = target.type === maskType ? values.truths(statement.value) : values.numbers(statement.value);
        if (passing.has(statement.target.index)) return [set(target, value)];
        if (value.kind !== "call" || !place.mask) return [set(target, chosen(value, target))];
        const given = declare(value.type, "given");
        return [set(given, value), set(target, chosen(given, target))];
      }
      case "store": {
        const at = moved(sameInAll(statement.address), statement.offset);
        if (statement.value.type === "f64") return [{ kind: "store", ...at, value: chosen(values.numbers(statement.value), { kind: "load", type: lanes, ...at }) }];
        if (place.mask) refuse("a whole number stored for some lanes only");
        return [{ kind: "store", ...at, value: sameInAll(statement.value) }];
      }
      case "call":
        return [{ kind: "call", ...callOperands(statement.name, statement.operands) }];
      case "return":
        if (!statement.value) return [statement];
        return [{ kind: "return", value: statement.value.type === "f64" ? values.numbers(statement.value) : sameInAll(statement.value) }];
      case "if":
        return writeIf(statement);
      case "loop":
        return writeLoop(statement);
      case "break":
        return writeBreak(statement);
      case "continue":
        if (place.loops.findLast(({ label }) => label === statement.label)?.live !== place.mask && place.mask) refuse("a loop that some lanes begin again before others");
        return [statement];
    }
  };
  const writeIf = (statement: Statement & { readonly kind: "if" }): Statement[] => {
    const { loops, mask } = place;
    const condition = values.widen(statement.condition);
    if (!condition.varies) {
      return [{ kind: "if", condition: condition.value, then: under(mask, loops, statement.then), otherwise: under(mask, loops, statement.otherwise) }];
    }
    const out: Statement[] = [];
    const yes = declare(maskType, "yes");
    out.push(set(yes, mask ? masks.and(mask, condition.value) : condition.value));
    const no = statement.otherwise.length > 0 ? declare(maskType, "no") : null;
    if (no) out.push(set(no, mask ? masks.and(mask, masks.not(yes)) : masks.not(yes)));
    const branch = (where: Local, list: readonly Statement[]): void => void out.push({ kind: "if", condition: masks.any(where), then: under(where, loops, list), otherwise: [] });
    if (statement.then.length > 0) branch(yes, statement.then);
    if (no) branch(no, statement.otherwise);
    return out;
  };
  const writeLoop = (statement: Statement & { readonly kind: "loop" }): Statement[] => {
    const { label, body } = statement;
    if (!divergence.loops.has(label)) return [{ kind: "loop", label, body: under(place.mask, [...place.loops, { label, live: null }], body) }];
    const live = declare(maskType, "live");
    const leave: Statement = { kind: "if", condition: i32.isZero(masks.any(live)), then: [{ kind: "break", label }], otherwise: [] };
    return [set(live, place.mask ?? masks.const(true)), { kind: "loop", label, body: [leave, ...under(live, [...place.loops, { label, live }], body)] }];
  };
  const writeBreak = (statement: Statement & { readonly kind: "break" }): Statement[] => {
    const at = place.loops.findIndex(({ label }) => label === statement.label);
    const { live = null } = place.loops[at] ?? {};
    const { mask } = place;
    if (!live || !mask || mask === live) return [statement];
    return place.loops.slice(at).flatMap((loop) => (loop.live ? [set(loop.live, masks.and(loop.live, masks.not(mask)))] : []));
  };

  const body = writeList(owner.body);
  const result = owner.result === "f64" ? lanes : owner.result;
  return { name: nameOf(scalar.name, isMasked), parameters, result, locals, body, exported: false };
}

const hasBranches = (owner: ProgramFunction): boolean => owner.body.some(({ kind }) => kind === "if" || kind === "loop");

/** Whether a statement may end one of these loops for some lanes. */
function leavesLoops(statement: Statement, loops: Place["loops"]): boolean {
  if (statement.kind === "break") return loops.some(({ label, live }) => live && label === statement.label);
  if (statement.kind === "if") return [...statement.then, ...statement.otherwise].some((inner) => leavesLoops(inner, loops));
  return statement.kind === "loop" && statement.body.some((inner) => leavesLoops(inner, loops));
}

/** The same function with one return, behind a loop that every other return leaves. */
function returnOnce(owner: ProgramFunction): ProgramFunction {
  let label = 0;
  const highest = (list: readonly Statement[]): void => {
    for (const statement of list) {
      if (statement.kind === "loop") {
        label = Math.max(label, statement.label + 1);
        highest(statement.body);
      } else if (statement.kind === "if") {
        highest(statement.then);
        highest(statement.otherwise);
      }
    }
  };
  highest(owner.body);
  const result: Local | null = owner.result && { kind: "local", type: owner.result, index: owner.locals.length, name: "result" };
  const rewrite = (list: readonly Statement[]): Statement[] =>
    list.flatMap((statement): Statement[] => {
      if (statement.kind === "return") return [...(result && statement.value ? [{ kind: "set", target: result, value: statement.value } as const] : []), { kind: "break", label }];
      if (statement.kind === "if") return [{ ...statement, then: rewrite(statement.then), otherwise: rewrite(statement.otherwise) }];
      return [statement.kind === "loop" ? { ...statement, body: rewrite(statement.body) } : statement];
    });
  const body: Statement[] = [
    { kind: "loop", label, body: [...rewrite(owner.body), { kind: "break", label }] },
    { kind: "return", value: result },
  ];
  return { ...owner, locals: result ? [...owner.locals, result] : owner.locals, body };
}
