import type { Drawing } from "./drawing.ts";
import { escapeText } from "./html.ts";
import type { SeriesStyle } from "./series-style.ts";

/** One line of a legend that is part of the drawing. */
export interface DrawnEntry {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly width?: number;
}

const lineHeight = 16;
const swatchWidth = 26;
const columns = 2;

/** Width and height as the view box has them. */
const sizeOf = (svg: string): readonly [number, number] => {
  const [, width, height] = /^<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
};

/** The drawing with more room at its foot. */
const heightened = (svg: string, width: number, height: number): string =>
  svg.replace(/^<svg[^>]*>/, (tag) => tag.replace(/ height="[^"]*"/, ` height="${height}"`).replace(/ viewBox="[^"]*"/, ` viewBox="0 0 ${width} ${height}"`));

/** The drawing with its legend inside the SVG, under the axes: figures that leave the page keep it. */
export function withLegend(drawing: Drawing, entries: readonly DrawnEntry[]): Drawing {
  if (entries.length === 0) return drawing;
  const [width, height] = sizeOf(drawing.svg);
  const rows = Math.ceil(entries.length / columns);
  const left = 56;
  const items = entries.map(({ name, style, width: thick = 1.8 }, index) => {
    // Down the first column, then the second, as people read lists.
    const x = left + Math.floor(index / rows) * ((width - left) / columns);
    const y = height + 10 + (index % rows) * lineHeight;
    const dash = style.dash === null ? "" : ` stroke-dasharray="${style.dash}"`;
    return `<g><line x1="${x}" x2="${x + swatchWidth}" y1="${y}" y2="${y}" stroke="${style.colour}" stroke-width="${thick}"${dash}/><text x="${x + swatchWidth + 6}" y="${y}" dy="0.32em" text-anchor="start" fill="currentColor">${escapeText(name)}</text></g>`;
  });
  const total = height + rows * lineHeight + 6;
  const svg = heightened(drawing.svg, width, total).replace(/<\/svg>$/, `${items.join("")}</svg>`);
  return { ...drawing, svg };
}

const gap = 24;
const titleHeight = 26;

/** Several panels as one stand-alone SVG, two to a row, each under its title; `alt` speaks for all of them. */
export function composedSvg(title: string, drawings: readonly Drawing[]): string {
  const sizes = drawings.map(({ svg }) => sizeOf(svg));
  const width = Math.max(...sizes.map(([wide]) => wide));
  const rows = Array.from({ length: Math.ceil(drawings.length / 2) }, (_, row) => Math.max(...sizes.slice(2 * row, 2 * row + 2).map(([, high]) => high)) + titleHeight);
  const panels = drawings.map((drawing, index) => {
    const x = (index % 2) * (width + gap);
    const y = rows.slice(0, Math.floor(index / 2)).reduce((top, high) => top + high, titleHeight);
    const inner = drawing.svg.replace(/^<svg xmlns="[^"]*" role="img" aria-label="[^"]*"/, `<svg x="${x}" y="${y + titleHeight}"`);
    return `<text x="${x + 4}" y="${y + 16}" font-weight="600">${escapeText(drawing.title)}</text>${inner}`;
  });
  const [wholeWidth, wholeHeight] = [2 * width + gap, rows.reduce((sum, high) => sum + high, titleHeight)];
  const alt = escapeText(`${title}. ${drawings.map((drawing) => drawing.alt).join(" ")}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${alt}" color="#22262b" fill="currentColor" font-family="system-ui, sans-serif" font-size="13" width="${wholeWidth}" height="${wholeHeight}" viewBox="0 0 ${wholeWidth} ${wholeHeight}"><rect width="100%" height="100%" fill="white"/><text x="4" y="18" font-size="15" font-weight="650">${escapeText(title)}</text>${panels.join("")}</svg>\n`;
}
