// Charts as SVG files for the documents, drawn without a browser.

import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 760, height: 380 };
/** What every chart has around its axes. */
const frameOf = (title: string) => ({
  animation: false,
  backgroundColor: '#ffffff',
  color: ['#1f6f78', '#d1603d', '#8a8f98', '#e0a526'],
  textStyle: { fontFamily: 'system-ui, sans-serif' },
  grid: { left: 70, right: 30, top: 80, bottom: 50 },
  title: { text: title, left: 0, textStyle: { fontSize: 15 } },
  legend: { top: 32, left: 0, itemGap: 18 },
});

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** Groups of bars side by side, each with its value on top. */
export function barChart(given: {
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly string[];
  readonly series: readonly Series[];
}): string {
  return draw({
    ...frameOf(given.title),
    xAxis: { type: 'category', data: given.groups, axisLabel: { interval: 0 } },
    yAxis: { type: 'value', name: given.unit },
    series: given.series.map(({ name, values }) => ({
      type: 'bar',
      name,
      data: values,
      label: { show: true, position: 'top', fontSize: 11 },
    })),
  });
}

/** Lines over a shared horizontal axis, both axes logarithmic. */
export function logChart(given: {
  readonly title: string;
  readonly unit: string;
  readonly along: string;
  readonly at: readonly number[];
  readonly series: readonly Series[];
}): string {
  return draw({
    ...frameOf(given.title),
    xAxis: { type: 'log', name: given.along, nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'log', name: given.unit },
    series: given.series.map(({ name, values }) => ({
      type: 'line',
      name,
      symbolSize: 5,
      data: values.map((value, place) => [given.at[place], value]),
    })),
  });
}

function draw(option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
