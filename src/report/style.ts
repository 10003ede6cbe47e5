/** Styles of the page: system fonts, dark text, one accent colour, and a print sheet. */
export const style = `
:root { --ink: #1b1f24; --quiet: #57606a; --line: #d9dee3; --wash: #f6f7f9; --accent: #1f5fa8; --good: #00674f; --bad: #a83a00; color-scheme: light; }
* { box-sizing: border-box; }
html { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; color: var(--ink); background: #fff; -webkit-text-size-adjust: 100%; }
body { margin: 0; }
main { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
p, li { max-width: 46rem; }
p { margin: .5rem 0; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; margin: .2rem 0 .5rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3.25rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--line); font-weight: 650; }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; font-weight: 650; overflow-wrap: anywhere; }
header + section h2 { margin-top: 1.75rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; overflow-wrap: anywhere; }
.kicker { color: var(--accent); font-weight: 600; font-size: .875rem; margin: 0; overflow-wrap: anywhere; }
.meta { color: var(--quiet); font-size: .9rem; }
.banner { border-left: 4px solid var(--bad); background: #fdf3ec; padding: .6rem .9rem; max-width: none; }
.empty { color: var(--quiet); }
.verdict { margin: 0; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
.verdict > div { display: grid; grid-template-columns: 13rem 1fr; gap: 0 1.5rem; padding: .75rem 1.1rem; border-left: 4px solid var(--line); }
.verdict > div + div { border-top: 1px solid var(--line); }
.verdict > .good { border-left-color: var(--good); }
.verdict > .bad { border-left-color: var(--bad); }
.verdict dt { font-weight: 600; }
.verdict dd { margin: 0; }
.verdict dd p { margin: 0 0 .25rem; overflow-wrap: anywhere; }
.verdict dd p:last-child { margin: 0; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: 0; margin: 1.25rem 0 0; font-size: .9rem; }
figure { margin: 1.5rem 0 2rem; }
figcaption { color: var(--quiet); font-size: .9rem; max-width: 46rem; margin-top: .5rem; }
figcaption strong { color: var(--ink); font-weight: 600; }
.panels { display: grid; gap: 1rem 1.25rem; align-items: start; }
.panels.quarter { grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); }
.panels.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
.panels.half { grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); }
.panels.wide { grid-template-columns: minmax(0, 46rem); gap: 1.5rem; }
.panel { min-width: 0; break-inside: avoid; }
.panel svg { display: block; width: 100%; max-width: 46rem; height: auto; overflow: visible; }
.panels.small svg, .panels.quarter svg { max-width: 24rem; }
.panel-title span { display: block; font-weight: 400; color: var(--quiet); }
.panel-title { font-size: .85rem; line-height: 1.35; font-weight: 600; margin: 0 0 .25rem; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: 0 0 .75rem; font-size: .875rem; }
.legend li { display: flex; align-items: center; gap: .4rem; overflow-wrap: anywhere; }
.legend svg { flex: none; }
details { margin-top: .5rem; font-size: .9rem; }
summary { cursor: pointer; color: var(--accent); width: fit-content; padding: .15rem 0; }
.scroll { overflow-x: auto; margin: 1rem 0 1.5rem; }
details .scroll { max-height: 24rem; overflow: auto; }
table { border-collapse: collapse; font-size: .875rem; line-height: 1.4; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; caption-side: top; }
th, td { text-align: left; vertical-align: baseline; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: break-word; }
thead th { font-weight: 600; border-bottom: 1.5px solid var(--ink); vertical-align: bottom; }
td.n, td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.none { color: var(--quiet); text-align: right; }
.quiet { color: var(--quiet); }
.unit { color: var(--quiet); font-weight: 400; }
tr.subject > th, tr.subject > td { background: #eef4fb; }
tr.subject > th { font-weight: 650; box-shadow: inset 3px 0 0 var(--accent); }
table.scores th:first-child { padding-left: .7rem; }
tr.excluded { color: var(--quiet); }
tr.published > th, tr.published > td { font-style: italic; }
.tag { font-size: .75rem; font-weight: 400; font-style: normal; color: var(--quiet); border: 1px solid var(--line); border-radius: .2rem; padding: 0 .3rem; white-space: nowrap; background: #fff; }
.badge { white-space: nowrap; font-weight: 600; }
.badge.advantage, .badge.ok { color: var(--good); }
.badge.loses, .badge.violated { color: var(--bad); }
.badge.no-advantage, .badge.not-applicable { color: var(--quiet); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; margin: 1rem 0; font-size: .9rem; }
.facts > div { display: grid; grid-template-columns: 10rem 1fr; gap: 0 1rem; padding: .25rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.hash { font-size: .8em; }
.command { background: var(--wash); border: 1px solid var(--line); border-radius: .3rem; padding: .7rem .9rem; overflow-x: auto; white-space: pre-wrap; user-select: all; -webkit-user-select: all; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 3rem; }
  .verdict > div { grid-template-columns: 1fr; }
  .facts > div { grid-template-columns: 8rem 1fr; }
  .panels.wide { overflow-x: auto; }
  .panels.wide svg { min-width: 34rem; }
}
@media print {
  @page { margin: 16mm 14mm; }
  html { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav, details { display: none; }
  h2, h3, .legend, .panel-title, caption { break-after: avoid; }
  h2 { margin-top: 1.5rem; }
  tr, .panel, .verdict > div { break-inside: avoid; }
  .panels.quarter { grid-template-columns: repeat(4, 1fr); }
  .panels.small { grid-template-columns: repeat(3, 1fr); }
  .panels.half { grid-template-columns: repeat(2, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  .hash { overflow-wrap: anywhere; }
}
`;
