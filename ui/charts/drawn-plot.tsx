import '@mantine/charts/styles.css';
import { ChartTooltip, CompositeChart, type CompositeChartSeries } from '@mantine/charts';
import { colorOf, momentMarks, momentWords, type Plot, sayValue, sayValueBriefly, timeMarks } from './plot.ts';

const HEIGHT = 300;
const DASHES = '6 5';
/** From this many moments on, a part of them can be looked at. */
const MANY = 8;
const MARK = 'var(--plot-mark)';

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Props {
  readonly plot: Plot;
  /** Places of the first and the last moment that are shown. */
  readonly range: Range;
  readonly onRange: (range: Range) => void;
}

/** A plot as it is drawn. The arrow keys go from moment to moment, and move the ends of the range below it. */
export default function DrawnPlot({ plot, range, onRange }: Props) {
  const { title, moments, series, unit, form, stacked, timeZone, step, levels = [], spans = [] } = plot;
  // Names with dots would be taken for paths.
  const nameOf = (place: number): string => `series${place}`;
  const data = moments.map((at, i) => ({
    at,
    ...Object.fromEntries(series.map(({ values }, place) => [nameOf(place), values[i] ?? null])),
  }));
  const drawn = series.map((one, place): CompositeChartSeries => {
    const color = colorOf(one, place);
    const type = form === 'bars' && !one.dashed ? 'bar' : form === 'areas' && !one.dashed ? 'area' : 'line';
    return {
      name: nameOf(place),
      label: one.label,
      color,
      type,
      ...(one.dashed ? { strokeDasharray: DASHES } : {}),
    };
  });
  const [from = 0, to = 0] = [moments[range.start], moments[range.end]];
  const marks = timeMarks(from, to, timeZone);
  const say = momentWords(step, timeZone);
  const stackOf = stacked ? { stackId: 'all' } : {};
  const isBars = form === 'bars';
  const named = {
    margin: { top: 18, right: 14 },
    'aria-label': `${title}. The arrow keys go from one moment to the next.`,
  };
  return (
    <CompositeChart
      h={HEIGHT}
      data={data}
      dataKey="at"
      series={drawn}
      curveType="linear"
      withDots={false}
      strokeWidth={2.5}
      maxBarWidth={44}
      textColor="dimmed"
      valueFormatter={(value) => sayValueBriefly(value, unit)}
      xAxisProps={
        isBars
          ? { type: 'category', tickFormatter: momentMarks(step, timeZone), minTickGap: 12 }
          : {
              type: 'number',
              domain: [from, to],
              ticks: [...marks.at],
              tickFormatter: marks.words,
              allowDataOverflow: true,
            }
      }
      yAxisProps={{ width: 64 }}
      areaProps={stacked ? { ...stackOf, fillOpacity: 0.55 } : {}}
      barProps={stackOf}
      composedChartProps={named}
      referenceLines={levels.map(({ label, value }) => ({
        y: value,
        label: { value: label, fill: MARK, fontSize: 12 },
        labelPosition: 'insideBottomRight',
        color: MARK,
        ifOverflow: 'extendDomain',
      }))}
      referenceAreas={spans.map(({ label, from: x1, to: x2 }) => ({
        x1,
        x2,
        label: { value: label, fill: 'var(--mantine-color-dimmed)', fontSize: 12 },
        labelPosition: 'insideBottom',
        color: 'var(--plot-orange)',
        strokeOpacity: 0,
        ifOverflow: 'hidden',
      }))}
      tooltipProps={{
        content: ({ label, payload }) =>
          // While nothing is pointed at, there is no label either.
          typeof label === 'number' ? (
            <ChartTooltip
              label={say(label)}
              payload={payload.filter(({ value }) => value !== null && value !== undefined)}
              series={drawn}
              valueFormatter={(value) => sayValue(value, unit)}
            />
          ) : null,
      }}
      withBrush={moments.length >= MANY}
      brushProps={{
        height: 26,
        travellerWidth: 10,
        startIndex: range.start,
        endIndex: range.end,
        ariaLabel: 'An end of the time that is shown; the arrow keys move it',
        tickFormatter: () => '',
        onChange: ({ startIndex, endIndex }) => onRange({ start: startIndex, end: endIndex }),
      }}
    />
  );
}
