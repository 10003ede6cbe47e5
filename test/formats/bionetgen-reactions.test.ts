import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readBioNetGen } from "../../src/formats/bionetgen.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { initialState, odeSystem } from "../../src/models/index.ts";
import type { Network } from "../../src/models/network.ts";
import { reactionTermsOf } from "../../src/models/reaction-terms.ts";
import { tabulated } from "../../src/solvers/tables/index.ts";
import { evaluated } from "../solvers/tables/evaluated.ts";

/** Species 1 to 6 (3 is fixed, 4 is fixed at a formula), and every kind of name. */
const head = (remark: string): string => `# ${remark}
begin parameters
    1 k 0.5
    2 kf 2*k
    3 K 3
    4 unused 1
end parameters
begin functions
    1 f() k*(1+total)
    2 g() kf/2
end functions
begin species
    1 A(b) 100
    2 B(a) k
    3 $E() 2
    4 $F() 3*kf
    5 A(b!1).B(a!1) 0
    6 C() 7
end species
begin groups
    1 total 1,2*5
end groups
begin reactions
`;

const blank = fc.constantFrom(" ", " ", " ", "  ", "\t", " \t");
const species = fc.constantFrom("1", "2", "3", "4", "5", "6", "6", "01", "7", "0", "1234567890", "x", "-1");
const often = fc.constantFrom("1", "2", "5", "6");
const side = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(fc.constant("0"), often, fc.tuple(often, often).map((pair) => pair.join(","))) },
  { weight: 2, arbitrary: fc.oneof(fc.constantFrom("", "00", "0,1", "1,0", "1,", ",1", "1,,2"), fc.array(species, { minLength: 1, maxLength: 4 }).map((list) => list.join(","))) },
);
const rate = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("k", "kf", "2*k", "0.5*kf", "k") },
  { weight: 2, arbitrary: fc.constantFrom("f", "g", "f()", "K", "3", "k*2", "k/K", "Sat k K", "MM k K", "Ele k", "Hill k K", "nobody", "2*nobody", "k*", "_k", "k K", "") },
);
const line = fc
  .record({ gaps: fc.array(blank, { minLength: 5, maxLength: 5 }), number: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom("1", "2", "", "4000000000", "x") }), left: side, right: side, rate, end: fc.constantFrom("", "", " #_R1", "#_R1", "\r", " \r", "\t", "\v", "\u00a0", " extra") })
  .map(({ gaps: [a = " ", b = " ", c = " ", d = " "], number, left, right, rate: text, end }) => (at: number) => `${a}${number ?? at + 1}${b}${left}${c}${right}${d}${text}${end}`);
const other = fc.constantFrom("", "   ", "# only a remark", "begin", "end", "endless 1 2", "begin species", "12").map((text) => () => text);
/** Mostly whole networks, and some with lines that are wrong. */
const body = fc.array(fc.oneof({ weight: 30, arbitrary: line }, { weight: 1, arbitrary: other }), { maxLength: 12 }).map((list) => list.map((write, at) => write(at)));
const careless = fc
  .array(fc.tuple(fc.oneof(fc.constant("0"), often, fc.tuple(often, often).map((pair) => pair.join(",")), fc.constantFrom("3", "1,4", "3,2", "1,2,6")), fc.oneof(fc.constant("0"), often, fc.tuple(often, often).map((pair) => pair.join(","))), fc.constantFrom("k", "kf", "2*k", "0.5*kf", "k", "f", "g", "K", "Sat k K")), { minLength: 1, maxLength: 20 })
  .map((list) => list.map(([left, right, text], at) => `  ${at + 1} ${left} ${right} ${left === "0" && text.startsWith("Sat") ? "k" : text} #_R${at}`));

// A character beyond a byte, even in a remark, keeps the whole text from being read as bytes.
const quick = (lines: readonly string[], end: string): string => `${head("e")}${lines.join("\n")}\n${end}`;
const careful = (lines: readonly string[], end: string): string => `${head("\u20ac")}${lines.join("\n")}\n${end}`;

it("plain lines read as bytes give the network, and the problems with their places, that all other lines give", () => {
  let [networks, wrong] = [0, 0];
  fc.assert(
    fc.property(fc.oneof(body, careless), fc.constantFrom("end reactions\n", "end reactions", "end reactions\n\n", ""), (lines, end) => {
      const one = readBioNetGen(quick(lines, end));
      const two = readBioNetGen(careful(lines, end));
      if (one.problems) wrong += 1;
      else networks += 1;
      expect(JSON.parse(JSON.stringify(one))).toEqual(JSON.parse(JSON.stringify(two)));
      expect(JSON.stringify(one)).toBe(JSON.stringify(two));
    }),
    { numRuns: 400 },
  );
  expect(networks).toBeGreaterThan(100);
  expect(wrong).toBeGreaterThan(50);
});

const read = (lines: readonly string[]): Network => {
  const result = readBioNetGen(quick(lines, "end reactions\n"));
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
};

/** What a system says of its rates, as text. */
function told(network: Network) {
  const { system, warnings, problems } = odeSystem(network);
  if (!system) return { problems };
  const terms = reactionTermsOf(system);
  return {
    warnings,
    states: system.states,
    parameters: system.parameters,
    start: [...initialState(system)],
    rhs: system.rhs.map(printExpression),
    rates: terms?.rates.map(({ factors, expression }) => (factors ? factors.map(printExpression) : [printExpression(expression)])),
    changes: [[...(terms?.changeStart ?? [])], [...(terms?.changedState ?? [])], [...(terms?.change ?? [])]],
    divisors: terms?.divisors.map((divisor) => divisor && printExpression(divisor)),
  };
}

it("a network that came with its reactions in numbers has the system that its data has", async () => {
  const networks: Network[] = [];
  fc.assert(
    fc.property(careless, (lines) => {
      const network = read(lines);
      networks.push(network);
      expect(told(network)).toEqual(told({ ...network }));
    }),
    { numRuns: 100 },
  );
  for (const network of networks.slice(0, 40)) {
    const [one, two] = await Promise.all(
      [network, { ...network }].map(async (each) => {
        const { system } = odeSystem(each);
        if (!system) throw new Error("no system");
        const evaluate = await evaluated(tabulated(system), "javascript");
        return evaluate(system.parameterValues, 0.5, system.states.map((_, index) => 1 + 0.37 * index));
      }),
    );
    expect(one).toEqual(two);
  }
});

/** Ids of states and parameters in the order that their symbols were made in. */
const orderMade = (of: Network): string[] => {
  const { system } = odeSystem(of);
  if (!system) throw new Error("no system");
  const place = (id: string): number => system.graph.symbol(id).id;
  return [...system.states, ...system.parameters].toSorted((one, two) => place(one) - place(two));
};

it("symbols are made in the same order whether reactions came in numbers or not: the last bits of sums and products follow from it", () => {
  const network = read([" 1 6 0 k", " 2 2 0 k", " 3 1,2 5 Sat k K"]);
  expect(orderMade(network)).toEqual(orderMade({ ...network }));
});

const large = (remark: string): string => `# ${remark}
begin parameters
1 k 1
end parameters
begin species
2 A() 1
1234567 B() 2
12345678901 C() 3
end species
begin reactions
1 2 1234567 k
2 1234567,2 0 k
3 12345678901 2,2 k
4000000000 2 0 k
end reactions
`;

it("species and lines may have large numbers", () => {
  const one = readBioNetGen(large("e"));
  expect(one).toEqual(readBioNetGen(large("\u20ac")));
  if (one.problems) throw new Error(JSON.stringify(one.problems));
  expect(one.network.reactions.map(({ id, rate: law }) => `${id} ${law}`)).toEqual(["R1 k*S2", "R2 k*S1234567*S2", "R3 k*S12345678901", "R4000000000 k*S2"]);
  expect(told(one.network)).toEqual(told({ ...one.network }));
});

it("numbers that stand twice are found by the checks of the network", () => {
  const { problems } = odeSystem(read([" 1 1 2 k", " 1 2 1 k"]));
  expect(problems).toEqual([{ where: "reaction:R1", message: '"R1" is already the id of a reaction; choose another' }]);
});

it("more different rates than plain lines are told apart by are read all the same", () => {
  const lines = Array.from({ length: 2500 }, (_, at) => `${at + 1} 1,2 5 ${at + 2}*k`);
  const { reactions } = read(lines);
  expect(reactions.map(({ rate: text }) => text)).toEqual(lines.map((_, at) => `${at + 2}*k*S1*S2`));
});
