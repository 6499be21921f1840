/** Styles of the report, on screen and on paper. */
export const reportStyle = `
:root { color-scheme: light; }
body { margin: 0; background: #ffffff; color: #14181a; font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 920px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 34px 0 10px; padding-bottom: 4px; border-bottom: 1px solid #e1e4e5; font-size: 18px; }
h3 { margin: 0; font-size: 15px; }
.sub, figcaption, figure p span { color: #667076; }
figure { margin: 0 0 26px; break-inside: avoid; }
figure p { margin: 2px 0 8px; color: #4a5359; font-size: 13px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 12px; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid #eff1f1; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; overflow-wrap: normal; }
.facts th { width: 220px; font-weight: 400; color: #667076; }
pre { padding: 10px 12px; background: #f6f7f7; border: 1px solid #e1e4e5; border-radius: 6px; overflow-x: auto; font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: #0b7d71; }
@page { margin: 16mm; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } figcaption a { display: none; } }
`
