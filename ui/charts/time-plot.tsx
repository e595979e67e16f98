import './charts.css';
import { Box, Button, Group, SegmentedControl, Skeleton, Text, Title } from '@mantine/core';
import { IconDownload, IconZoomOut } from '@tabler/icons-react';
import { lazy, Suspense, useId, useState } from 'react';
import { saveFile } from '../app/save-file.ts';
import { colorOf, momentWords, type Plot } from './plot.ts';
import { writeCsv } from './plot-csv.ts';
import { PlotTable } from './plot-table.tsx';

const DrawnPlot = lazy(() => import('./drawn-plot.tsx'));

/** A part of the time, by its first and its last moment. */
export interface PlotRange {
  readonly from: number;
  readonly to: number;
}

interface Props {
  readonly plot: Plot;
  /** Where something else depends on the part that is shown: that part, null for all, and what is told of each other one. */
  readonly narrowed?: { readonly range: PlotRange | null; readonly onRange: (range: PlotRange | null) => void };
}

/**
 * Values over time: drawn, with a range below it that narrows it to a part, or as a table, which says the same to those who
 * do not see the drawing. What is shown can be saved for a spreadsheet.
 */
export function TimePlot({ plot, narrowed }: Props) {
  const { title, description, moments, series, step, timeZone } = plot;
  const name = useId();
  const words = useId();
  const [view, setView] = useState<'drawing' | 'table'>('drawing');
  const [first = 0, last = 0] = [moments[0], moments.at(-1)];
  const [kept, setKept] = useState({ first, last, from: first, to: last });
  // Kept by its moments, since more of them may come in between; of another time, all is shown again.
  const all = { from: first, to: last };
  const own = kept.first === first && kept.last === last ? kept : all;
  const { from, to } = narrowed ? (narrowed.range ?? all) : own;
  const isNarrowed = from > first || to < last;
  const range = {
    start: Math.max(
      0,
      moments.findIndex((at) => at >= from),
    ),
    end: Math.max(
      0,
      moments.findLastIndex((at) => at <= to),
    ),
  };
  const show = (part: PlotRange): void => {
    const isAll = part.from <= first && part.to >= last;
    if (narrowed) narrowed.onRange(isAll ? null : part);
    else setKept({ first, last, ...part });
  };
  const narrow = ({ start, end }: typeof range): void =>
    show({ from: moments[start] ?? first, to: moments[end] ?? last });
  const say = momentWords(step, timeZone);
  return (
    <Box component="figure" className="plot" aria-labelledby={name} aria-describedby={words}>
      <Group justify="space-between" align="flex-start" gap="xs" mb={4}>
        <Title order={3} size="h4" id={name}>
          {title}
        </Title>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={`How “${title}” is shown`}
            value={view}
            onChange={(value) => setView(value === 'table' ? 'table' : 'drawing')}
            data={[
              { value: 'drawing', label: 'Drawing' },
              { value: 'table', label: 'Table' },
            ]}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            aria-label={`Save “${title}” for a spreadsheet`}
            disabled={moments.length === 0}
            onClick={() => saveFile(`${title}.csv`, writeCsv(plot, range.start, range.end), 'text/csv')}
          >
            Spreadsheet
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" id={words} mb="xs">
        {description}
      </Text>
      <Group gap="md" mb="xs">
        {series.map((one, place) => (
          <Group key={one.label} gap={6} wrap="nowrap">
            <span
              className="plot-key"
              style={{ borderColor: colorOf(one, place) }}
              data-dashed={one.dashed || undefined}
              aria-hidden
            />
            <Text size="sm">{one.label}</Text>
          </Group>
        ))}
      </Group>
      {moments.length === 0 ? (
        <Text size="sm" c="dimmed">
          There is nothing to show for this time yet.
        </Text>
      ) : view === 'table' ? (
        <PlotTable plot={plot} start={range.start} end={range.end} />
      ) : (
        <Suspense fallback={<Skeleton h={300} role="status" aria-label="The drawing is being loaded" />}>
          <DrawnPlot plot={plot} range={range} onRange={narrow} />
        </Suspense>
      )}
      {isNarrowed ? (
        <Group gap="sm" mt="sm">
          <Text size="sm" role="status">
            From {say(from)} until {say(to)}.
          </Text>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconZoomOut size={14} aria-hidden />}
            onClick={() => show(all)}
          >
            Show all of the time
          </Button>
        </Group>
      ) : null}
    </Box>
  );
}
