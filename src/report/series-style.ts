/** How one model is drawn everywhere on the page: colour, and a dash and a marker for readers who do not see the colour. */
export interface SeriesStyle {
  readonly colour: string;
  /** SVG dash array; null = solid. */
  readonly dash: string | null;
  readonly marker: "circle" | "square" | "triangle" | "diamond" | "times" | "plus" | "star" | "wye";
}

/** Okabe and Ito's hues, darkened until each stands out from white by 3:1. @source Okabe and Ito 2008, "Color universal design" */
const colours = ["#1f5fa8", "#c4500c", "#00775c", "#a3437f", "#8a6d00", "#2a86ad", "#5d646d"] as const;
const dashes = [null, "7 3", "2 2.5", "9 3 2 3", "4 2"] as const;
const markers = ["circle", "square", "triangle", "diamond", "times", "plus", "star", "wye"] as const;

/** The style of the n-th series; colour, dash and marker cycle with different lengths, so 280 series differ. */
export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: colours[index % colours.length] ?? colours[0],
    dash: dashes[index % dashes.length] ?? null,
    marker: markers[index % markers.length] ?? "circle",
  };
}

/** The known truth, where there is one: never confused with a model. */
export const truthStyle: SeriesStyle = { colour: "#22262b", dash: "1.5 2.5", marker: "plus" };
