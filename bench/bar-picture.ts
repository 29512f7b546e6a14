import { short } from './tables.ts';

/** A bar of a picture. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Where a mark is drawn across the bar: what has to be reached, and what is meant to be. */
  readonly must?: number | undefined;
  readonly aim?: number | undefined;
}

/** A picture of bars, as SVG; their lengths go by the logarithm, from the power of ten below the least. */
export function barPicture(title: string, unit: string, bars: readonly Bar[]): string {
  const values = bars.flatMap(({ value, must, aim }) => [value, must ?? value, aim ?? value]);
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const x = (value: number): number => labelWidth + ((Math.log10(value) - low) / (high - low)) * barWidth;
  const height = top + bars.length * lineHeight + bottom;
  const powers = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...powers.flatMap((power) => gridLine(x(power), height, `${short(power)} ${unit}`)),
    ...bars.flatMap((bar, index) => lineOf(bar, top + index * lineHeight, x, unit)),
    '</svg>',
    '',
  ].join('\n');
}

const [width, labelWidth, barWidth, lineHeight, top, bottom] = [860, 220, 540, 28, 44, 34];

function gridLine(x: number, height: number, label: string): readonly string[] {
  const y = height - bottom;
  return [
    `<path d="M${place(x)} ${top - 6}V${y + 4}" stroke="#ccc"/>`,
    `<text x="${place(x)}" y="${y + 20}" text-anchor="middle" fill="#555">${escaped(label)}</text>`,
  ];
}

function lineOf({ label, value, must, aim }: Bar, y: number, x: (value: number) => number, unit: string): string[] {
  const isMissed = must !== undefined && value < must;
  const fill = isMissed ? '#c0504d' : '#4f81bd';
  const mark = (at: number | undefined, more: string): string[] =>
    at === undefined ? [] : [`<path d="M${place(x(at))} ${y + 2}v20" stroke="#222" stroke-width="2"${more}/>`];
  const end = Math.max(...[value, must, aim].filter((at) => at !== undefined).map(x));
  return [
    `<text x="${labelWidth - 10}" y="${y + 17}" text-anchor="end">${escaped(label)}</text>`,
    `<rect x="${labelWidth}" y="${y + 4}" width="${place(x(value) - labelWidth)}" height="16" fill="${fill}"/>`,
    ...mark(must, ''),
    ...mark(aim, ' stroke-dasharray="3 3"'),
    `<text x="${place(end + 8)}" y="${y + 17}">${escaped(`${short(value)} ${unit}`)}</text>`,
  ];
}

function place(at: number): string {
  return String(Number(at.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
