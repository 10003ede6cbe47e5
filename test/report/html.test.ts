import * as fc from "fast-check";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { escapeText, html, trusted } from "../../src/report/html.ts";

test("any text survives as text and as an attribute, and makes no element", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."<>&\"'ab /=!-;") }), (text) => {
      const { document } = parseHTML(`<!doctype html><html><body>${html`<p title="${text}">${text}</p>`.markup}</body></html>`);
      const paragraph = document.querySelector("p");
      expect(document.body.querySelectorAll("*").length).toBe(1);
      expect(paragraph?.textContent).toBe(text);
      expect(paragraph?.getAttribute("title")).toBe(text);
    }),
  );
});

test("markup made by the template is not escaped twice, lists are joined, null prints nothing", () => {
  expect(html`<ul>${["a", "<b>"].map((item) => html`<li>${item}</li>`)}${null}</ul>`.markup).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>");
  expect(html`${trusted("<svg/>")}${3}`.markup).toBe("<svg/>3");
  expect(escapeText("'")).toBe("&#39;");
});
