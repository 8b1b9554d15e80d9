// Draws the dashboard's chart with uPlot. The page also shows the figures as a table.
"use strict";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const draw = (container, days) => {
  container.replaceChildren();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--border"), width: 1 }, ticks: { show: false } };
  const { locale, currency } = container.dataset;
  const full = new Intl.NumberFormat(locale, { style: "currency", currency });
  const compact = new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact" });
  const money = (value) => (value == null ? "–" : full.format(value));
  const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const options = {
    width: container.clientWidth,
    height: 280,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
    scales: { money: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] }, orders: { range: (_, low, high) => [0, Math.max(high * 2.6, 4)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => date.format(new Date(tick * 1e3))) },
      { ...axis, scale: "money", size: 64, values: (_, ticks) => ticks.map((tick) => compact.format(tick)) },
      { ...axis, scale: "orders", side: 1, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : "")) },
    ],
    series: [
      { label: "Day", value: (_, seconds) => (seconds == null ? "–" : new Date(seconds * 1e3).toISOString().slice(0, 10)) },
      { label: "Orders placed", scale: "orders", paths: uPlot.paths.bars({ size: [0.6, 40] }), fill: colour("--border"), stroke: colour("--field-border"), width: 1, points: { show: false }, value: (_, value) => value ?? "–" },
      { label: "Revenue", scale: "money", stroke: colour("--accent"), fill: colour("--accent") + "22", width: 2.5, points: { show: days.day.length < 32 }, value: (_, value) => money(value) },
      { label: "Refunded", scale: "money", stroke: colour("--danger"), width: 2, dash: [5, 4], points: { show: false }, value: (_, value) => money(value) },
    ],
  };
  return new uPlot(options, [days.day, days.orders, days.revenue, days.refunded], container);
};

document.querySelectorAll("[data-chart]").forEach(async (container) => {
  // uPlot is missing if the npm packages could not be installed; then the table is opened.
  if (typeof uPlot === "undefined") {
    container.hidden = true;
    container.parentElement.querySelector("details").open = true;
    return;
  }
  const response = await fetch(container.dataset.chart, { credentials: "same-origin" });
  if (!response.ok) return;
  const days = await response.json();
  const chart = draw(container, days);
  new ResizeObserver(() => chart.setSize({ width: container.clientWidth, height: 280 })).observe(container);
});
