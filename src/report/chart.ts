import { plot } from "@observablehq/plot";
import type { PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeText } from "./html.ts";
import { tickText } from "./number.ts";

/** Ink of axes and text in figures. */
export const ink = "#22262b";
/** Quiet ink for reference lines and training points. */
export const quietInk = "#7b838d";

/** A range this wide (largest over smallest, all positive) is drawn on a logarithmic axis. */
const usualRange = 100;

/** Whether values spread so widely, and all above zero, that only a logarithmic axis shows them. */
export function asksForLogScale(values: Iterable<number>, range: number = usualRange): boolean {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value <= 0) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high / low >= range;
}

/** Smallest and largest finite value; [0, 1] when there is none. */
export function extentOf(values: Iterable<number>): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Ticks of a logarithmic axis: whole decades, thinned to at most six, with 2 and 5 where decades are few. */
function logarithmicTicks(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / 6));
  const ticks: number[] = [];
  for (let decade = first; decade <= last; decade += stride) ticks.push(10 ** decade);
  if (ticks.length > 2) return ticks;
  // Few decades: 1, 2, 5 within each; the axis would leave 5 without a label over more than two decades.
  const digits = high / low > 100 ? [1, 2] : [1, 2, 5];
  const between = [first - 1, ...Array.from({ length: last - first + 1 }, (_, index) => first + index)].flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)));
  return between.filter((tick) => tick >= low && tick <= high);
}

export interface AxisOptions {
  readonly label: string;
  /** Values that decide the scale; drawn range covers them. */
  readonly values: Iterable<number>;
  /** Draw zero as well. */
  readonly zero?: boolean;
  /** Never logarithmic (times, correlations, parity). */
  readonly linear?: boolean;
  /** Ratio of largest to smallest value from which the axis is logarithmic; ratios ask for less than amounts. */
  readonly logarithmicFrom?: number;
}

/** A numeric axis with its label, a scale that fits the values, and ticks people can read. */
export function numericAxis(options: AxisOptions): NonNullable<PlotOptions["y"]> {
  const values = [...options.values];
  const logarithmic = options.linear !== true && asksForLogScale(values, options.logarithmicFrom);
  const [low, high] = extentOf(values);
  const common = { label: options.label, labelAnchor: "center", labelArrow: "none", tickSize: 3, tickFormat: tickText } as const;
  if (logarithmic) return { ...common, type: "log", domain: [low, high], ticks: logarithmicTicks(low, high), grid: true };
  const bottom = options.zero === true ? Math.min(0, low) : low;
  const top = options.zero === true ? Math.max(0, high) : high;
  // A flat line needs some room, or its axis has no length.
  const room = top > bottom ? 0 : Math.abs(top) > 0 ? Math.abs(top) * 0.1 : 1;
  return { ...common, domain: [bottom - room, top + room], nice: true, ticks: 5, grid: true };
}

/**
 * Draws a plot without a browser: stand-alone SVG text with `role="img"`.
 * Plot's own style element, inner labels and surplus decimals are dropped: the page styles figures, and `alt` speaks for them.
 */
export function renderSvg(options: PlotOptions, alt: string): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn: string = plot({ ...options, document }).outerHTML;
  const bare = drawn
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]*>/g, (tag) =>
      tag
        .replace(/ (aria-label|aria-hidden|class|style)="[^"]*"/g, "")
        .replace(/(\.\d\d)\d+/g, "$1"),
    )
    .replace(/<text[^>]*\/>/g, "");
  const label = escapeText(alt);
  return bare.replace(
    /^<svg/,
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" color="${ink}"`,
  ).replace(/font-size="10"/, 'font-size="11"');
}
