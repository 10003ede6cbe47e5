/** Markup that is safe to print: made only by `html` (which escapes) and `trusted` (which vouches). */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, null prints nothing, lists are joined. */
export type HtmlPart = Html | string | number | null | readonly HtmlPart[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text made safe inside elements and inside quoted attributes, in HTML and in XML. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function print(part: HtmlPart): string {
  if (part === null) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(print).join("");
}

/** Template tag: every value is escaped unless it is already `Html`. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = strings[0] ?? "";
  parts.forEach((part, index) => {
    markup += print(part) + (strings[index + 1] ?? "");
  });
  return { markup };
}

/** Markup we made ourselves and vouch for, such as a drawn SVG. */
export function trusted(markup: string): Html {
  return { markup };
}
