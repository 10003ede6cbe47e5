import type { ReportContext, Section } from "../context.ts";
import { html } from "../html.ts";
import { tableOf } from "../table.ts";

export function accessesSection(context: ReportContext): Section {
  const entries = Object.entries(context.result.accesses);
  return {
    id: "accesses",
    title: "Test-set accesses",
    body:
      entries.length === 0
        ? html`<p class="empty">No test set was scored in this run.</p>`
        : html`<p>How often each test set has been scored so far, this run included. Every further look makes a good score less surprising.</p>
${tableOf({ caption: "Accesses to each test set", columns: [{ name: "test set", unit: null }, { name: "accesses", unit: "count" }], rows: entries.map(([name, n]) => [name, n]) })}`,
  };
}
