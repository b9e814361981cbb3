"use strict";
/* The yearly talks by month: this year thick, earlier years grey, named at their ends. The table says the same. */

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("years-chart");
  const source = document.getElementById("years-data");
  if (!place || !source || !window.echarts) return;
  const data = JSON.parse(source.textContent);
  const style = getComputedStyle(document.documentElement);
  const colour = (name, other) => style.getPropertyValue(name).trim() || other;
  const grey = colour("--ch-ink-3", "#7a7268");
  const looks = [
    { color: colour("--ch-soon", "#1c5a82"), width: 3, type: "solid" },
    { color: grey, width: 1.5, type: "solid" },
    { color: grey, width: 1.5, type: "dashed" },
  ];
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    grid: { left: 40, right: 96, top: 16, bottom: 28 },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${value}%` },
    xAxis: { type: "category", boundaryGap: false, data: Array.from({ length: 12 }, (_, n) => `${n + 1}月`), axisTick: { show: false } },
    yAxis: { type: "value", min: 0, max: 100, interval: 25 },
    series: data.lines.map((line, n) => ({
      name: `${line.year}年`,
      type: "line",
      data: line.points,
      symbol: "none",
      lineStyle: looks[n],
      itemStyle: { color: looks[n].color },
      endLabel: { show: true, formatter: `${line.year}年 ${line.points.at(-1)}`, color: looks[n].color },
      labelLayout: { moveOverlap: "shiftY" },
    })),
  });
  window.addEventListener("resize", () => chart.resize());
});
