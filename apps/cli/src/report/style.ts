/** @file The look of a report: one column, quiet, light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #1f2328; --soft: #646b74; --rule: #e6e3de;
  --one: #27698f; --two: #c2542f; --code: #f3f1ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1d2024; --ink: #e8e6e1; --soft: #9aa1aa; --rule: #2e3237;
    --one: #74b7dc; --two: #f0946f; --code: #24282d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; font-weight: 650; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 3.25rem 0 .9rem; font-weight: 650; }
h3 { font-size: .95rem; margin: 0; font-weight: 600; }
p { margin: 0 0 .8rem; max-width: 44rem; }
.lead, .caption, .note { color: var(--soft); }
.caption, .note { font-size: .9rem; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1px; margin: 2rem 0 0; padding: 0;
  background: var(--rule); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; }
.numbers div { background: var(--card); padding: 1rem 1.15rem 1.05rem; }
.numbers dt { color: var(--soft); font-size: .82rem; }
.numbers dd { margin: .15rem 0 0; font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.numbers dd small { display: block; font-size: .85rem; font-weight: 400; color: var(--soft); letter-spacing: 0; }
figure { margin: 0; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1.15rem; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; }
.chart text { fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .axis { stroke: var(--soft); stroke-width: 1; opacity: .5; }
.chart .line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.chart .band { fill: currentColor; opacity: .16; }
.chart .dot { fill: currentColor; stroke: var(--card); stroke-width: 1.2; }
.chart .key { fill: var(--ink); }
.series-1 { color: var(--one); } .series-2 { color: var(--two); }
.charts { display: grid; gap: 1rem; margin-bottom: .7rem; }
.pictures { display: grid; gap: 1.25rem; }
.pictures .card { display: grid; gap: .3rem; }
.pictures img { display: block; margin-top: .7rem; width: 100%; max-width: var(--wide); height: auto; border-radius: 4px; }
.pictures img.pixels { image-rendering: pixelated; }
.sounds { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .9rem; margin-top: .9rem; }
.sounds audio { width: 100%; }
.stages { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .9rem; margin-top: 1rem; }
.stages img { margin-top: .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-bottom: .8rem; }
.files th { width: auto; } .files td:nth-child(3), .files td:nth-child(4) { white-space: nowrap; }
.files small { color: var(--soft); }
th { font-weight: 500; color: var(--soft); width: 14rem; }
tr:last-child th, tr:last-child td { border-bottom: 0; }
td { font-variant-numeric: tabular-nums; }
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86rem; }
pre { background: var(--code); border-radius: 8px; padding: 1rem 1.15rem; overflow-x: auto; line-height: 1.55; margin: 0 0 .8rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .85rem; }
@media print { main { max-width: none; padding: 0; } .card { break-inside: avoid; } }
`.trim();
