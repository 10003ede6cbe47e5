import { f32x4, f64x2, mask2, mask4, maskOf } from "./builder.ts";
import type { LaneType, Local, MaskType, Value } from "./program.ts";

/** A scalar value after rewriting: the same in every lane (still scalar), or one per lane (lanes, or a mask for a truth). */
export interface Widened {
  readonly value: Value;
  readonly varies: boolean;
}

/** Where the lanes come from: what a local, a load and a call of the scalar code become. */
export interface LaneSource {
  readonly lanes: LaneType;
  local(local: Local): Widened;
  load(value: Value & { readonly kind: "load" }, address: Value): Widened;
  /** What is known of a load without its address; null = nothing. */
  pointed?(value: Value & { readonly kind: "load" }): Widened | null;
  call(value: Value & { readonly kind: "call" }): Widened;
  /** @throws Error naming what has no meaning lane by lane. */
  refuse(what: string): never;
}

/** Rewrites scalar values into lanes, each value of a shared tree once; `forget` when a local changes its meaning. */
export interface ValueWidener {
  readonly masks: typeof mask2;
  widen(value: Value): Widened;
  /** As lanes, copied to each where it is the same in all. */
  numbers(value: Value): Value;
  /** As a mask. */
  truths(value: Value): Value;
  forget(): void;
}

/** Whether a value is 1 or 0 by the way it is made. */
const isTruth = (value: Value): boolean => {
  if (value.kind === "comparison") return true;
  if (value.kind === "constant") return value.value === 0 || value.value === 1;
  if (value.kind === "unary") return value.operation === "isZero" || value.operation === "anyLane";
  return value.kind === "binary" && (value.operation === "and" || value.operation === "or") && isTruth(value.left) && isTruth(value.right);
};

const uniform = (value: Value): Widened => ({ value, varies: false });
const varying = (value: Value): Widened => ({ value, varies: true });

/** A rewriter of the values of one function. Comparisons of lanes become masks, and what is made of them with and, or, not and select stays one. */
export function valueWidener(source: LaneSource): ValueWidener {
  const type = source.lanes;
  const { lanes, masks } = type === "f64x2" ? { lanes: f64x2, masks: mask2 } : { lanes: f32x4, masks: mask4 };
  const maskType: MaskType = maskOf(type);
  const memo = new Map<Value, Widened>();

  const toNumbers = ({ value, varies }: Widened): Value => {
    if (varies) return value;
    if (value.kind === "constant") return lanes.const(value.value);
    if (value.kind === "load" && type === "f64x2") return { ...value, type, splat: true };
    return lanes.splat(value);
  };
  const toTruths = ({ value, varies }: Widened): Value => {
    if (varies) return value;
    if (value.kind === "constant") return masks.const(value.value !== 0);
    if (!isTruth(value)) return source.refuse("a whole number used as a truth that differs between lanes");
    return masks.select(value, masks.const(true), masks.const(false));
  };
  const isMask = ({ value, varies }: Widened): boolean => (varies ? value.type === maskType : isTruth(value));

  const compute = (value: Value): Widened => {
    switch (value.kind) {
      case "local":
        return source.local(value);
      case "constant":
        return uniform(value);
      case "load": {
        const known = source.pointed?.(value);
        if (known) return known;
        const address = widen(value.address);
        if (address.varies) source.refuse("an address that differs between lanes");
        return source.load(value, address.value);
      }
      case "call":
        return source.call(value);
      case "unary": {
        const operand = widen(value.operand);
        if (!operand.varies) return uniform({ ...value, operand: operand.value });
        switch (value.operation) {
          case "isZero":
            return varying(masks.not(operand.value));
          case "toF64":
          case "unsignedToF64":
            return varying(lanes.select(operand.value, 1, 0));
          case "negate":
          case "absolute":
          case "squareRoot":
          case "floor":
          case "ceiling":
          case "truncate":
            if (value.type === "f64") return varying({ ...value, type, operand: operand.value });
            break;
          case "exponentOf":
          case "significandOf":
          case "powerOfTwo":
            if (value.type === "f64" && type === "f64x2") return varying({ ...value, type, operand: operand.value });
        }
        return source.refuse(`"${value.operation}" of what differs between lanes`);
      }
      case "binary": {
        const [left, right] = [widen(value.left), widen(value.right)];
        if (!left.varies && !right.varies) return uniform({ ...value, left: left.value, right: right.value });
        if (value.type === "f64") {
          return varying({ ...value, type, left: toNumbers(left), right: toNumbers(right) });
        }
        if (!["and", "or", "xor"].includes(value.operation) || !isMask(left) || !isMask(right)) return source.refuse(`"${value.operation}" of whole numbers that differ between lanes`);
        return varying({ ...value, type: maskType, left: toTruths(left), right: toTruths(right) });
      }
      case "comparison": {
        const [left, right] = [widen(value.left), widen(value.right)];
        if (!left.varies && !right.varies) return uniform({ ...value, left: left.value, right: right.value });
        if (value.left.type === "f64") return varying({ ...value, type: maskType, left: toNumbers(left), right: toNumbers(right) });
        if (right.value.kind === "constant" && right.value.value === 0) {
          if (value.operation === "notEqual") return left;
          if (value.operation === "equal") return varying(masks.not(left.value));
        }
        return source.refuse(`"${value.operation}" of whole numbers that differ between lanes`);
      }
      case "select": {
        const [condition, then, otherwise] = [widen(value.condition), widen(value.then), widen(value.otherwise)];
        if (!condition.varies && !then.varies && !otherwise.varies) return uniform({ ...value, condition: condition.value, then: then.value, otherwise: otherwise.value });
        if (value.type === "f64") return varying({ ...value, type, condition: condition.value, then: toNumbers(then), otherwise: toNumbers(otherwise) });
        if (!isMask(then) || !isMask(otherwise)) return source.refuse("a choice between whole numbers that differs between lanes");
        return varying({ ...value, type: maskType, condition: condition.value, then: toTruths(then), otherwise: toTruths(otherwise) });
      }
      case "math": {
        const operands = value.operands.map(widen);
        if (operands.every(({ varies }) => !varies)) return uniform({ ...value, operands: operands.map((operand) => operand.value) });
        return varying({ ...value, type, operands: operands.map(toNumbers) });
      }
    }
  };
  const widen = (value: Value): Widened => {
    const known = memo.get(value);
    if (known) return known;
    const made = compute(value);
    memo.set(value, made);
    return made;
  };
  return {
    masks,
    widen,
    numbers: (value) => toNumbers(widen(value)),
    truths: (value) => {
      const result = widen(value);
      if (result.varies && result.value.type !== maskType) source.refuse("a number used as a truth");
      return toTruths(result);
    },
    forget: () => memo.clear(),
  };
}
