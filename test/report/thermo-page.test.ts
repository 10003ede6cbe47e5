import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import type { Network } from "../../src/models/network.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { stochasticThermoPage, thermoPage } from "../../src/report/index.ts";
import type { ThermoPageAbout } from "../../src/report/index.ts";
import { plainNumber } from "../../src/report/number.ts";
import { stochasticThermo } from "../../src/thermo/index.ts";
import type { StochasticThermo, StochasticThermoOptions, ThermoReport, ThermoReportOptions } from "../../src/thermo/index.ts";
import { thermoReport } from "../../src/thermo/report.ts";
import { networkOfText } from "../thermo/states.ts";

const about: ThermoPageAbout = { title: "A model", command: "semimech thermo model.ant --report thermo.html", version: "1.2.3", date: "2026-11-22T10:00:00Z", model: "model.ant" };
const nasty = `<img src=x onerror=alert(1)> & "q" 'a' </style></script>`;

async function reportOf(network: Network, options: ThermoReportOptions = {}): Promise<ThermoReport> {
  const result = await thermoReport(network, options);
  if (!result.report) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.report;
}

async function sampledOf(network: Network, options: Partial<StochasticThermoOptions> = {}): Promise<StochasticThermo> {
  const result = await stochasticThermo(network, { seed: 7n, runs: 40, times: [10, 11, 12], ...options });
  if (!result.report) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.report;
}

type Page = ReturnType<typeof parseHTML>["document"];
type Element = NonNullable<ReturnType<Page["querySelector"]>>;
const parse = (page: string): Page => parseHTML(page).document;
const all = (page: Page, selector: string): readonly Element[] => [...page.querySelectorAll(selector)];
const textOf = (page: Page, selector: string): string => page.querySelector(selector)?.textContent ?? "";
const cells = (table: Element): readonly (readonly string[])[] => [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent ?? ""));
const columns = (table: Element): readonly string[] => [...table.querySelectorAll("thead th")].map((cell) => cell.textContent ?? "");

/** Tables under the figure with this label. */
function tablesOf(page: Page, label: string): readonly Element[] {
  const figure = all(page, "figure").find((one) => (one.getAttribute("aria-label") ?? "").startsWith(label));
  if (!figure) throw new Error(`no figure "${label}"`);
  return [...figure.querySelectorAll("details table")];
}

/** Every number of a report as table twins print it. */
function numbersOf(value: unknown): Set<string> {
  if (typeof value === "number") return new Set([plainNumber(value)]);
  if (value === null || typeof value !== "object") return new Set();
  return new Set(Object.values(value).flatMap((one) => [...numbersOf(one)]));
}

const isNumber = (cell: string): boolean => cell !== "" && Number.isFinite(Number(cell));

/** What holds on every page. */
function expectSound(text: string): void {
  const page = parse(text);
  expect(all(page, "script, link, iframe, object, embed, img, video, audio, form").length).toBe(0);
  expect(textOf(page, "style")).not.toMatch(/@import|url\(/);
  expect(page.querySelector("meta[http-equiv=Content-Security-Policy]")?.getAttribute("content")).toContain("default-src 'none'");
  for (const element of all(page, "*"))
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^style$/);
      if (["href", "src", "xlink:href", "action"].includes(name)) expect(value).toMatch(/^#/);
      if (value.startsWith("http")) expect(name).toBe("xmlns");
    }
  const ids = all(page, "[id]").map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const link of all(page, "a")) expect(ids).toContain((link.getAttribute("href") ?? "").slice(1));
  expect(all(page, "#verdict dt").length).toBe(5);
  expect(page.body.textContent).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object/);
  for (const table of all(page, "table")) for (const row of cells(table)) expect(row.length).toBe(columns(table).length);
  for (const figure of all(page, "figure")) {
    expect(figure.querySelector("figcaption")?.textContent?.length).toBeGreaterThan(40);
    const drawings = [...figure.querySelectorAll(".panel svg")];
    const tables = [...figure.querySelectorAll("details table")];
    expect(tables.length).toBe(drawings.length);
    drawings.forEach((drawing, index) => {
      const alt = drawing.getAttribute("aria-label") ?? "";
      expect(drawing.outerHTML).not.toMatch(/NaN|Infinity|undefined/);
      expect(drawing.getAttribute("role")).toBe("img");
      expect(alt.length).toBeGreaterThan(40);
      const [first = "", ...rest] = columns(tables[index] ?? figure);
      // A curve is a column and a bar is a row: either way the words name what is drawn.
      const isLine = first.startsWith("time (");
      const names = isLine ? rest.map((name) => name.replace(/ \([^()]*\)$/, "")) : cells(tables[index] ?? figure).map(([name = ""]) => name);
      for (const name of names) expect(alt).toContain(name);
      // Units stand in the words, on the axes, and in the table's heads.
      expect(alt).toMatch(/\((dimensionless|unit not stated|[^()]*[/·µs][^()]*|time|s)\)/);
      for (const name of rest) expect(name).toMatch(/\(.+\)$/);
      expect([...drawing.querySelectorAll("text")].some((node) => /\(.+\)$/.test(node.textContent ?? ""))).toBe(true);
    });
  }
}

describe("along a trajectory", () => {
  let report: ThermoReport;
  let page: Page;
  beforeAll(async () => {
    report = await reportOf(zoo["michaelis-menten"].network, { end: 2, points: 21 });
    page = parse(thermoPage(report, { ...about, units: { concentration: "µM", time: "s" }, seed: "42" }));
  });

  it("is sound, has the sections in order, and is the same each time", () => {
    const text = thermoPage(report, about);
    expectSound(text);
    expect(thermoPage(report, about)).toBe(text);
    expect(all(page, "main > section").map(({ id }) => id)).toEqual(["verdict", "entropy-production", "forces", "cycles", "tightness", "speed-limits", "structure", "findings", "provenance"]);
  });
  it("every number under a figure is a number of the report", () => {
    const numbers = numbersOf(report);
    const shown = all(page, "figure details td").map((cell) => cell.textContent ?? "").filter(isNumber);
    expect(shown.length).toBeGreaterThan(300);
    for (const cell of shown) expect(numbers).toContain(cell);
  });
  it("tables hold the curves row by row", () => {
    const [table] = tablesOf(page, "Entropy production through time");
    if (!table) throw new Error("no table");
    expect(columns(table)).toEqual(["time (s)", "total (R·µM/s)", "Binding (R·µM/s)", "Catalysis (R·µM/s)"]);
    expect(cells(table)).toEqual(report.at.map((row) => [row.time, row.entropyProduction, row.perReaction["Binding"] ?? NaN, row.perReaction["Catalysis"] ?? NaN].map((value) => plainNumber(value))));
    const [forces, fluxes] = tablesOf(page, "Forces and net fluxes");
    expect(cells(forces ?? table)[3]).toEqual([report.at[3]?.time, report.at[3]?.forces["Binding"], report.at[3]?.forces["Catalysis"]].map((value) => plainNumber(value ?? NaN)));
    expect(cells(fluxes ?? table)[3]).toEqual([report.at[3]?.time, report.at[3]?.fluxes["Binding"], report.at[3]?.fluxes["Catalysis"]].map((value) => plainNumber(value ?? NaN)));
    const [onsager] = tablesOf(page, "Housekeeping and excess");
    expect(cells(onsager ?? table)[5]?.slice(1)).toEqual([report.at[5]?.onsager?.housekeeping, report.at[5]?.onsager?.excess].map((value) => plainNumber(value ?? NaN)));
  });
  it("speed limits stand beside the time taken", () => {
    const [table] = tablesOf(page, "Least time and time taken");
    const [limit] = report.speedLimits?.observables[0]?.limits ?? [];
    expect(cells(table ?? page.body)[0]).toEqual(["speed limit", ...[limit?.value, 2, limit?.tightness].map((value) => plainNumber(value ?? NaN))]);
  });
  it("a bound that is the same for all observables is drawn once", () => {
    // E and ES mirror each other, so all of their bounds agree.
    expect(tablesOf(page, "Uncertainty relation and refinements").length).toBe(1);
    expect(textOf(page, "#tightness")).toContain("Alike for E and ES");
  });
  it("shows the command to copy, units, version and seed", () => {
    expect(textOf(page, "pre.command")).toBe(about.command);
    expect(textOf(page, "#provenance")).toMatch(/semimech 1\.2\.3[\s\S]*42[\s\S]*concentration: µM; time: s/);
  });
  it("lists laws, cycles and theorems", () => {
    expect(textOf(page, "#cycles")).toContain("Binding + Catalysis");
    expect(textOf(page, "#structure")).toMatch(/Deficiency 0[\s\S]*E \+ ES[\s\S]*ES \+ S \+ P/);
    expect(textOf(page, "#structure")).toContain("weakly reversible");
  });
  it("a violated law comes first and is told in the first line", () => {
    const [first, ...rest] = report.findings;
    if (!first) throw new Error("no finding");
    const broken = parse(thermoPage({ ...report, findings: [...rest, { ...first, verdict: "violated", where: "reaction \"Binding\" at 3" }] }, about));
    expect(textOf(broken, "#verdict .bad dd")).toContain("Yes: 1 violation.");
    expect(textOf(broken, "#verdict .bad dd")).toContain("reaction \"Binding\" at 3");
    expect(textOf(broken, "#findings tbody tr")).toContain("violated");
    expect(textOf(page, "#verdict dd")).toMatch(/^No: \d+ checks passed/);
  });
  it("many reactions and observables are thinned, and it is said", async () => {
    const many = thermoPage(await reportOf(zoo.hires.network, { end: 5, points: 6 }), about);
    expectSound(many);
    expect(many).toContain("At most 7 of 15 reactions are drawn");
    expect(many).toContain("6 of 8 panels are drawn");
  });
  it("a product that is missing at the start makes no reaction one-way", () => {
    expect(report.at[0]?.entropyProduction).toBe(Infinity);
    expect(textOf(page, "#verdict")).toContain("Nothing: every reaction that is judged also has a reverse rate.Binding and Catalysis have a reverse rate that is 0 at times");
    expect(textOf(page, "#entropy-production")).toContain("The total is infinite at 1 of 21 times");
    expect(textOf(page, "#verdict")).not.toContain("Give Binding");
  });
  it("hostile names appear as text", async () => {
    // JSON has no infinity, so the start has some of everything.
    const finite = await reportOf(zoo["michaelis-menten"].network, { end: 1, points: 5, set: { ES: 0.25 } });
    const hostile = JSON.parse(JSON.stringify(finite).replaceAll("Binding", JSON.stringify(nasty).slice(1, -1))) as ThermoReport;
    const text = thermoPage(hostile, { ...about, title: nasty, model: nasty, command: nasty, units: { concentration: nasty, time: nasty }, seed: nasty });
    const parsed = parse(text);
    expect(all(parsed, "img, script").length).toBe(0);
    expect(textOf(parsed, "h1")).toBe(nasty);
    expect(textOf(parsed, "pre.command")).toBe(nasty);
    expect(textOf(parsed, "#cycles")).toContain(nasty);
  });
  it("no row at all is said", () => {
    const text = thermoPage({ ...report, at: [], bounds: [], speedLimits: null }, about);
    expectSound(text);
    expect(textOf(parse(text), "#entropy-production")).toContain("No state was reached");
    expect(all(parse(text), "figure").length).toBe(0);
  });
});

describe("one-way reactions", () => {
  it("where all are: words in place of entropy figures, fluxes are drawn", async () => {
    const text = thermoPage(await reportOf(zoo.robertson.network, { end: 40, points: 11 }), about);
    const page = parse(text);
    expectSound(text);
    expect(all(page, "#entropy-production figure").length).toBe(0);
    expect(textOf(page, "#entropy-production")).toContain("One-way reactions: Decay, Autocatalysis and Return");
    expect(textOf(page, "#entropy-production")).toContain("infinite at every time shown");
    expect(textOf(page, "#verdict")).toContain("Entropy production is infinite throughout.");
    expect(tablesOf(page, "Forces and net fluxes").map((table) => columns(table)[0])).toEqual(["time (unit not stated)"]);
    expect(textOf(page, "#speed-limits")).toContain("limits from entropy production allow any speed");
  });
  it("beside a reversible one: its curve is drawn, the table says what is infinite", async () => {
    const report = await reportOf(networkOfText("R1: A -> B; A - B; R2: B => C; 0.5*B; A = 1; B = 0.5; C = 0"), { end: 1, points: 5 });
    const text = thermoPage(report, about);
    const page = parse(text);
    expectSound(text);
    const [table] = tablesOf(page, "Entropy production through time");
    if (!table) throw new Error("no table");
    expect(columns(table).map((name) => name.split(" ")[0])).toEqual(["time", "total", "R1"]);
    expect(cells(table).map((row) => row[1])).toEqual(["infinite", "infinite", "infinite", "infinite", "infinite"]);
    expect(all(page, "#entropy-production .legend li").map((item) => item.textContent)).not.toContain("total");
    expect(textOf(page, "#entropy-production")).toContain("One-way reaction: R2.");
    expect(textOf(page, "#forces")).toContain("Infinite force, so not drawn there: R2.");
    expect(textOf(page, "#verdict")).toContain("Give R2 a reverse rate");
  });
});

describe("at one state", () => {
  it("a steady state is bars: cycles, forces, noise, no line and no speed limit", async () => {
    const report = await reportOf(zoo["michaelis-menten"].network, { steady: true });
    const text = thermoPage(report, about);
    const page = parse(text);
    expectSound(text);
    for (const drawing of all(page, "figure .panel svg")) expect(drawing.getAttribute("aria-label")).toMatch(/^Bar chart/);
    const numbers = numbersOf(report);
    for (const cell of all(page, "figure details td").map(({ textContent }) => textContent ?? "").filter(isNumber)) expect(numbers).toContain(cell);
    const tables = tablesOf(page, "Cycles at the steady state");
    const [cycle] = report.steady?.cycles.cycles ?? [];
    expect(tables.map((table) => cells(table))).toEqual([cycle?.current, cycle?.affinity, cycle?.entropyProduction].map((value) => [["Binding + Catalysis", plainNumber(value ?? NaN)]]));
    expect(textOf(page, "#tightness")).toContain("at a steady state no species changes");
    expect(textOf(page, "#speed-limits")).toContain("goes nowhere");
    expect(textOf(page, "#steady-state")).toMatch(/is stable[\s\S]*0\.7143/);
    expect(textOf(page, "#verdict")).toContain("housekeeping");
  });
  it("an unstable one is said to be, with no noise", async () => {
    const page = parse(thermoPage(await reportOf(zoo.brusselator.network, { steady: true, set: { X: 1, Y: 3.1 / 1.1 } }), about));
    expect(textOf(page, "#steady-state")).toMatch(/not stable[\s\S]*0\.118 \+ 1\.04 i[\s\S]*No linear noise/);
    expect(textOf(page, "#verdict")).toContain("The steady state is not stable");
  });
  it("rest: tightness 0/0 is a word and no number, and equilibrium is named", async () => {
    const report = await reportOf(networkOfText("A -> B; A - B; A = 1; B = 1"), { times: [0] });
    const text = thermoPage(report, about);
    expectSound(text);
    expect(textOf(parse(text), "#verdict")).toContain("this is equilibrium");
    expect(textOf(parse(text), "#tightness")).toContain("A and B: infinite or not defined here");
    expect(textOf(parse(text), "#cycles")).toContain("has no cycle");
  });
  it("through time, 0/0 is a dash in the table and a gap that the words count", async () => {
    const report = await reportOf(zoo["michaelis-menten"].network, { end: 1, points: 5 });
    const gappy = { ...report, at: report.at.map((row, index) => (index === 2 ? { ...row, observables: row.observables.map((one) => ({ ...one, tightness: null, bounds: one.bounds.map((bound) => ({ ...bound, tightness: null })) })) } : row)) };
    const text = thermoPage(gappy, about);
    const page = parse(text);
    expectSound(text);
    const [table] = tablesOf(page, "Tightness of the uncertainty relation");
    expect(cells(table ?? page.body)[2]?.slice(1)).toEqual(["–", "–"]);
    expect(all(page, "#tightness .panel svg")[0]?.getAttribute("aria-label")).toContain("infinite or not a number at 2 of 5 points");
  });
});

describe("from sampled runs", () => {
  it("estimates stand with their standard errors", async () => {
    const report = await sampledOf(zoo["michaelis-menten"].network, { volume: 20 });
    const text = stochasticThermoPage(report, about);
    const page = parse(text);
    expectSound(text);
    const [table] = tablesOf(page, "Entropy production, estimate by estimate");
    const { jumps, states } = report.entropyProduction ?? { jumps: null, states: null };
    expect(cells(table ?? page.body).slice(0, 2)).toEqual([["from the jumps", jumps], ["from the states", states]].map(([name, one]) => [name, ...(one !== null && typeof one === "object" ? [plainNumber(one.value), plainNumber(one.standardError)] : [])]));
    const numbers = numbersOf(report);
    for (const cell of all(page, "figure details td").map(({ textContent }) => textContent ?? "").filter(isNumber)) expect(numbers).toContain(cell);
    const [uncertainty] = tablesOf(page, "Tightness of the uncertainty relations");
    expect(cells(uncertainty ?? page.body).map(([name]) => name)).toEqual(["Binding", "Catalysis"]);
    expect(textOf(page, "#provenance")).toContain("40 of 40");
    expect(textOf(page, ".meta")).toContain("40 sampled runs, window from 10 to 12");
  });
  it("one-way reactions and a window that is not steady are said in words", async () => {
    const text = stochasticThermoPage(await sampledOf(networkOfText("species A, B; R1: A -> B; A; R2: B => ; 0.5*B; R3: => A; 5; A = 1; B = 1"), { times: [0, 1, 2] }), about);
    const page = parse(text);
    expectSound(text);
    expect(textOf(page, "#verdict")).toContain("no reverse rate");
    expect(textOf(page, "#tightness")).toContain("the relations hold in a steady state, and this window is none");
    expect(textOf(page, "#verdict")).toContain("Let the window start later");
    expect(textOf(page, "#entropy-production")).toContain("Seen in one direction alone");
  });
});
