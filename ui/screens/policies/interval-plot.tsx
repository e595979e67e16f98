import { colorOf } from '../../charts/plot.ts';
import { type Figure, type Measure, sayInterval } from './variant-words.ts';

const WIDTH = 480;
const ROW = 28;
const EDGE = 10;
const END = 5;

interface Props {
  readonly measure: Measure;
  /** Each with its place among all variants, which is its colour. */
  readonly rows: readonly { readonly name: string; readonly place: number; readonly figure: Figure }[];
}

/** A dot for each figure, on a line as long as its interval, all on one scale that holds zero. */
export function IntervalPlot({ measure: { title, say }, rows }: Props) {
  const ends = rows.flatMap(({ figure: { value, low, high } }) => [value, low ?? value, high ?? value]);
  const from = Math.min(0, ...ends);
  const to = Math.max(0, ...ends);
  const at = (value: number): number => EDGE + (to === from ? 0 : (value - from) / (to - from)) * (WIDTH - 2 * EDGE);
  const words = rows.map(({ name, figure }) => `${name}: ${say(figure.value)}, ${sayInterval(figure, say)}`).join('; ');
  return (
    <figure className="interval-plot">
      <ul className="interval-names" aria-hidden>
        {rows.map(({ name }) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <div>
        <svg viewBox={`0 0 ${WIDTH} ${rows.length * ROW}`} role="img" aria-label={`${title}. ${words}.`}>
          <line className="interval-zero" x1={at(0)} x2={at(0)} y1={0} y2={rows.length * ROW} />
          {rows.map(({ name, place, figure: { value, low, high } }, i) => {
            const y = i * ROW + ROW / 2;
            const color = colorOf({ label: name, values: [] }, place);
            return (
              <g key={name} stroke={color} strokeWidth={2.5}>
                <line x1={at(low ?? value)} x2={at(high ?? value)} y1={y} y2={y} />
                {low === null ? null : <line x1={at(low)} x2={at(low)} y1={y - END} y2={y + END} />}
                {high === null ? null : <line x1={at(high)} x2={at(high)} y1={y - END} y2={y + END} />}
                <circle cx={at(value)} cy={y} r={5} fill={color} />
              </g>
            );
          })}
        </svg>
        <div className="interval-scale" aria-hidden>
          <span>{from === 0 ? '0' : say(from)}</span>
          <span>{say(to)}</span>
        </div>
      </div>
    </figure>
  );
}
