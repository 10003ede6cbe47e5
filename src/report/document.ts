import type { Section } from "./context.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { style } from "./style.ts";

/** Nothing may be loaded from anywhere, and nothing runs: the page is text, tables and drawings. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export interface DocumentParts {
  /** Title of the window. */
  readonly title: string;
  /** Name and version of the tool. */
  readonly generator: string;
  /** What stands above the first section. */
  readonly opening: Html;
  /** The first stands before the contents, as what readers want first. */
  readonly sections: readonly Section[];
}

function printed({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** One self-contained HTML file that needs no network and no script, and prints. The same parts give the same text. */
export function documentOf({ title, generator, opening, sections }: DocumentParts): string {
  const [first, ...rest] = sections;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${generator}">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
${opening}
${first === undefined ? null : printed(first)}<nav aria-label="Contents"><ul>${rest.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${rest.map(printed)}</main>
</body>
</html>
`.markup;
}
