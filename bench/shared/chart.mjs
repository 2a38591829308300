import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const WIDTH = 760;
const BAR_HEIGHT = 44;
const AROUND_HEIGHT = 90;

/** Bars below each other as an SVG of its own, the first on top; `bars` are pairs of label and value. */
export function chart({ title, unit, bars }) {
  const drawing = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: bars.length * BAR_HEIGHT + AROUND_HEIGHT,
  });
  drawing.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, subtext: unit },
    grid: { top: 60, left: 12, right: 90, bottom: 12, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: 'category', inverse: true, data: bars.map(([label]) => label) },
    series: [
      {
        type: 'bar',
        data: bars.map(([, value]) => value),
        barMaxWidth: 24,
        label: { show: true, position: 'right', formatter: ({ value }) => value.toLocaleString('en-US') },
      },
    ],
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}
