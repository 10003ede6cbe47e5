/** A unit in words: what is missing is said, never guessed. */
export function unitWords(unit: string | null | undefined): string {
  if (unit === null || unit === undefined || unit.trim() === "") return "unit not stated";
  return unit === "1" ? "dimensionless" : unit;
}

/** An axis label: the quantity, then its unit in parentheses. */
export function axisLabel(quantity: string, unit: string | null | undefined): string {
  return `${quantity} (${unitWords(unit)})`;
}

/** Unit of a metric by its name, from the unit of the responses; null where the name does not tell. */
export function metricUnit(metric: string, response: string | null): string | null {
  const name = metric.toLowerCase();
  if (/^(r|r2|r\d+|correlation.*|pearson.*|spearman.*)$/.test(name)) return "dimensionless";
  if (response === null || response === "") return null;
  if (/^(rmse|mae)/.test(name)) return response;
  return name.startsWith("mse") ? (response === "1" || response === "dimensionless" ? response : `(${response})²`) : null;
}
