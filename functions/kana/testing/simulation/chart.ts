/** One line of a chart: shares from 0 to 1, one for each step. */
export interface ChartLine {
  readonly label: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly shares: readonly number[];
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 60;
const TOP = 50;
const PLOT_WIDTH = 660;
const PLOT_HEIGHT = 300;

const yOf = (share: number): number => TOP + (1 - share) * PLOT_HEIGHT;
const fixed = (number: number): string => number.toFixed(1);

const text = (x: number, y: number, content: string, anchor = 'start') =>
  `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${content}</text>`;

const gridLine = (share: number): string =>
  `<path d="M${LEFT} ${fixed(yOf(share))}h${PLOT_WIDTH}" stroke="#d0d0d0" fill="none"/>` +
  text(LEFT - 8, yOf(share) + 4, `${Math.round(share * 100)} %`, 'end');

const polyline = ({ color, dashed, shares }: ChartLine): string => {
  const points = shares.map(
    (share, index) => `${fixed(LEFT + ((index + 1) / shares.length) * PLOT_WIDTH)},${fixed(yOf(share))}`,
  );
  const dashes = dashed ? ' stroke-dasharray="6 4"' : '';
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"${dashes}/>`;
};

const legend = ({ label, color, dashed }: ChartLine, index: number): string => {
  const [x, y] = [LEFT + (index % 2) * 330, HEIGHT - 30 + Math.floor(index / 2) * 18];
  const dashes = dashed ? ' stroke-dasharray="6 4"' : '';
  return `<path d="M${x} ${y - 4}h30" stroke="${color}" stroke-width="2"${dashes}/>${text(x + 38, y, label)}`;
};

/** Draws lines over the number of questions as an SVG document. */
export const drawChart = (title: string, questions: number, lines: readonly ChartLine[]): string => {
  const ticks = Array.from({ length: 7 }, (_, index) => (index * questions) / 6);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 26, title),
    ...[0, 0.25, 0.5, 0.75, 0.95, 1].map(gridLine),
    ...ticks.map((tick) =>
      text(LEFT + (tick / questions) * PLOT_WIDTH, TOP + PLOT_HEIGHT + 18, String(tick), 'middle'),
    ),
    ...lines.map(polyline),
    ...lines.map(legend),
    '</svg>',
    '',
  ].join('\n');
};
