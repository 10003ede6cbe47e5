// @ts-check
import { semimech } from "./semimech.mjs";

/** @typedef {"c" | "javascript" | "python"} Language */

const functionNames = {
  minimum: { c: "fmin", javascript: "Math.min", python: "min" },
  maximum: { c: "fmax", javascript: "Math.max", python: "max" },
  absolute: { c: "fabs", javascript: "Math.abs", python: "abs" },
  floor: { c: "floor", javascript: "Math.floor", python: "floor" },
  ceiling: { c: "ceil", javascript: "Math.ceil", python: "ceil" },
  squareRoot: { c: "sqrt", javascript: "Math.sqrt", python: "sqrt" },
  exponential: { c: "exp", javascript: "Math.exp", python: "exp" },
  logarithm: { c: "log", javascript: "Math.log", python: "log" },
  logarithm10: { c: "log10", javascript: "Math.log10", python: "log10" },
  sine: { c: "sin", javascript: "Math.sin", python: "sin" },
  cosine: { c: "cos", javascript: "Math.cos", python: "cos" },
  tangent: { c: "tan", javascript: "Math.tan", python: "tan" },
  hyperbolicTangent: { c: "tanh", javascript: "Math.tanh", python: "tanh" },
};
const signs = { add: "+", subtract: "-", multiply: "*", divide: "/", less: "<", lessOrEqual: "<=", equal: "==", notEqual: "!=" };
const deepest = 20;
/** @type {Readonly<Record<Language, (name: string, text: string) => string>>} */
const declarations = {
  c: (name, text) => `const double ${name} = ${text};`,
  javascript: (name, text) => `const ${name} = ${text};`,
  python: (name, text) => `${name} = ${text}`,
};

/**
 * Statements that compute expressions of one graph, shared nodes once, in C or Python.
 *
 * @param {Language} language
 * @param {readonly any[]} expressions
 * @param {(name: string) => string} symbol text of a state, a parameter or `time`
 * @param {(index: number, text: string) => string} write statement that keeps the value of one expression
 * @returns {Promise<string[]>}
 */
export async function statementsOf(language, expressions, symbol, write) {
  const { postorder } = await semimech("kernel/index.js");
  const { powerPlan, unrollPower } = await semimech("kernel/power.js");
  /** @type {Map<number, number>} */
  const uses = new Map();
  const order = [...postorder(expressions)];
  for (const node of order) for (const operand of node.operands) uses.set(operand.id, (uses.get(operand.id) ?? 0) + 1);
  for (const expression of expressions) uses.set(expression.id, (uses.get(expression.id) ?? 0) + 1);
  /** @type {Map<number, { text: string, depth: number }>} */
  const texts = new Map();
  /** @type {string[]} */
  const lines = [];
  const keep = (/** @type {string} */ text) => {
    const name = `v${lines.length}`;
    lines.push(declarations[language](name, text));
    return name;
  };
  for (const node of order) {
    const inner = node.operands.map((/** @type {{ id: number }} */ { id }) => texts.get(id));
    const [a = "", b = "", c = ""] = inner.map((/** @type {{ text: string }} */ { text }) => text);
    const depth = 1 + Math.max(0, ...inner.map((/** @type {{ depth: number }} */ each) => each.depth));
    let text = "";
    if (node.operation === "constant") text = numberText(node.value);
    else if (node.operation === "symbol") text = symbol(node.name);
    else if (node.operation in signs) text = `(${a} ${signs[/** @type {keyof typeof signs} */ (node.operation)]} ${b})`;
    else if (node.operation === "negate") text = `(-${a})`;
    else if (node.operation === "select") text = language === "python" ? `(${b} if ${a} else ${c})` : `(${a} ? ${b} : ${c})`;
    else if (node.operation === "power") {
      const exponent = node.operands[1];
      const plan = exponent.operation === "constant" ? powerPlan(exponent.value) : null;
      if (plan) {
        const product = { multiply: (/** @type {string} */ x, /** @type {string} */ y) => `(${x} * ${y})`, squareRoot: (/** @type {string} */ x) => `${functionNames.squareRoot[language]}(${x})`, reciprocal: (/** @type {string} */ x) => `(1.0 / ${x})` };
        text = unrollPower(/^\w+$/.test(a) ? a : keep(a), plan, product);
      } else text = `${language === "javascript" ? "Math.pow" : "pow"}(${a}, ${b})`;
    } else {
      const name = functionNames[/** @type {keyof typeof functionNames} */ (node.operation)];
      if (!name) throw new Error(`no ${language} for "${node.operation}"`);
      text = `${name[language]}(${[a, b, c].filter((each) => each !== "").join(", ")})`;
    }
    const leaf = node.operands.length === 0;
    const shared = !leaf && ((uses.get(node.id) ?? 0) > 1 || depth > deepest);
    texts.set(node.id, shared ? { text: keep(text), depth: 1 } : { text, depth });
  }
  return [...lines, ...expressions.map((expression, index) => write(index, texts.get(expression.id)?.text ?? ""))];
}

/** @returns {string} */
function numberText(/** @type {number} */ value) {
  if (!Number.isFinite(value)) throw new Error(`a constant is ${value}`);
  const text = /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
  return text.startsWith("-") ? `(${text})` : text;
}

/** How a system's symbols read where states are y[i] and parameters P[i]. */
export function symbolsOf(/** @type {{ states: readonly string[], parameters: readonly string[] }} */ system) {
  const names = new Map([...system.states.map((id, index) => [id, `y[${index}]`]), ...system.parameters.map((id, index) => [id, `P[${index}]`])].map(([id = "", text = ""]) => [id, text]));
  names.set("time", "t");
  return (/** @type {string} */ name) => {
    const text = names.get(name);
    if (text === undefined) throw new Error(`"${name}" is no state, parameter or time`);
    return text;
  };
}

/** Entries of the analytic Jacobian, column by column: what SUNDIALS and SciPy want. */
export async function sparseJacobian(/** @type {any} */ system) {
  const { jacobianOf } = await semimech("solvers/ode/jacobian.js");
  const { entries } = jacobianOf(system);
  return entries.toSorted((/** @type {any} */ a, /** @type {any} */ b) => a.column - b.column || a.row - b.row);
}

const list = (/** @type {Iterable<number>} */ values) => [...values].join(", ");

/**
 * `model.h`: sizes, values, right-hand side and sparse analytic Jacobian of a prepared problem in C.
 *
 * @param {import("./problems/problem.mjs").Prepared} problem
 */
export async function modelHeader({ system, parameters, state, times }) {
  const symbol = symbolsOf(system);
  const rhs = await statementsOf("c", system.rhs, symbol, (index, text) => `f[${index}] = ${text};`);
  const entries = await sparseJacobian(system);
  const jacobian = await statementsOf("c", entries.map((/** @type {any} */ { expression }) => expression), symbol, (index, text) => `v[${index}] = ${text};`);
  const columns = Array.from({ length: system.states.length + 1 }, (_, column) => entries.filter((/** @type {any} */ entry) => entry.column < column).length);
  return `#include <math.h>
#define N ${system.states.length}
#define NP ${Math.max(1, parameters.length)}
#define NNZ ${entries.length}
#define NOUT ${times.length}
static double P[NP] = {${list(parameters.length > 0 ? parameters : [0])}};
static const double Y0[N] = {${list(state)}};
static const double TIMES[NOUT] = {${list(times)}};
static const int COLUMNS[N + 1] = {${list(columns)}};
static const int ROWS[NNZ + 1] = {${list([...entries.map((/** @type {any} */ { row }) => row), 0])}};
static void rhs(double t, const double *restrict y, double *restrict f) {
  (void)t;
  ${rhs.join("\n  ")}
}
static void jacobian(double t, const double *restrict y, double *restrict v) {
  (void)t; (void)y;
  ${jacobian.join("\n  ")}
}
`;
}

/**
 * The right-hand side and dense Jacobian of a prepared problem as Python: `rhs(t, y)` gives a list, `jac(t, y)` a list of rows.
 *
 * @param {import("./problems/problem.mjs").Prepared} problem
 */
export async function modelPython({ system, parameters }) {
  const symbol = symbolsOf(system);
  const rhs = await statementsOf("python", system.rhs, symbol, (_, text) => text);
  const n = system.states.length;
  const body = rhs.slice(0, rhs.length - n);
  const entries = await sparseJacobian(system);
  const jacobian = await statementsOf("python", entries.map((/** @type {any} */ { expression }) => expression), symbol, (index, text) => `J[${entries[index].row}, ${entries[index].column}] = ${text}`);
  return `from math import *
import numpy
P = [${[...parameters].join(", ")}]
def rhs(t, y):
  y = y.tolist()
${body.map((line) => `  ${line}\n`).join("")}  return [${rhs.slice(rhs.length - n).join(", ")}]
def jac(t, y):
  y = y.tolist()
  J = numpy.zeros((${n}, ${n}))
${jacobian.map((line) => `  ${line}\n`).join("")}  return J
`;
}

/**
 * The right-hand side of a prepared problem as a JavaScript function (t, y) that gives a new array: what odex wants.
 *
 * @param {import("./problems/problem.mjs").Prepared} problem
 * @returns {Promise<(t: number, y: readonly number[]) => number[]>}
 */
export async function modelJavaScript({ system, parameters }) {
  const rhs = await statementsOf("javascript", system.rhs, symbolsOf(system), (_, text) => text);
  const n = system.states.length;
  const body = `${rhs.slice(0, rhs.length - n).join("\n")}\nreturn [${rhs.slice(rhs.length - n).join(", ")}];`;
  // oxlint-disable-next-line no-implied-eval -- the text is our own emitter's.
  return new Function("P", `"use strict"; return (t, y) => {\n${body}\n};`)(parameters);
}
