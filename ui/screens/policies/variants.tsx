import './traffic.css';
import './variants.css';
import '../../charts/charts.css';
import { Button, Group, NativeSelect, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { GraphNode } from '../../../policies/graph.ts';
import { variantsOf } from '../../../policies/kinds/split/split.ts';
import { dollars } from '../../../policies/price.ts';
import { useMayIn } from '../../api/may.ts';
import { drawingQuery, policyQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import type { Stretch } from '../../api/traffic.ts';
import { type Variant, variantsQuery } from '../../api/variants.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayCount } from '../../app/words.ts';
import { colorOf } from '../../charts/plot.ts';
import { IntervalPlot } from './interval-plot.tsx';
import { PeriodChoice } from './period-choice.tsx';
import { TakeVariant } from './take-variant.tsx';
import { MEASURES, type Measure, sayDifference, sayInterval } from './variant-words.ts';

const route = getRouteApi('/policies/$policy/variants');

/** The variants of a policy's splits beside each other: what they cost, how long they take, how they end. */
export function Variants() {
  const { policy: id } = route.useParams();
  const policy = useQuery(policyQuery(id));
  const drawing = useQuery({
    ...drawingQuery(id, policy.data?.liveVersion ?? 'draft'),
    enabled: policy.data !== undefined,
  });
  const title = 'Compare variants';
  const error = policy.error ?? drawing.error;
  if (!policy.data || !drawing.data) {
    const retry = () => Promise.all([policy.refetch(), drawing.refetch()]);
    return (
      <Screen title={title}>
        {error ? (
          <Failure title="The policy could not be loaded" error={error} onRetry={retry} />
        ) : (
          <Waiting what="the policy" />
        )}
      </Screen>
    );
  }
  const splits = drawing.data.graph.nodes.filter(({ kind, settings }) => {
    return kind === 'split' && variantsOf(settings).length > 0;
  });
  return (
    <Screen
      title={title}
      aside={
        <TextLink to="/policies/$policy" params={{ policy: id }}>
          {policy.data.title}
        </TextLink>
      }
    >
      {splits.length === 0 ? <NoSplit policy={policy.data} /> : <Compared policy={policy.data} splits={splits} />}
    </Screen>
  );
}

function NoSplit({ policy: { id } }: { readonly policy: Policy }) {
  return (
    <Empty title="This policy sends all requests the same way">
      <Text mb="md">
        A split sends shares of the requests different ways. Add one in the editor, publish it, and come back when some
        requests have gone through.
      </Text>
      <TextLink to="/policies/$policy/edit" params={{ policy: id }}>
        Open the editor
      </TextLink>
    </Empty>
  );
}

function Compared({ policy, splits }: { readonly policy: Policy; readonly splits: readonly GraphNode[] }) {
  const { node, last, from, to } = route.useSearch();
  const navigate = useNavigate({ from: '/policies/$policy/variants' });
  const split = splits.find(({ id }) => id === node) ?? splits[0];
  const stretch: Stretch =
    from !== undefined && to !== undefined && from < to ? { from, to } : { last: last ?? 'week' };
  const answer = useQuery({
    ...variantsQuery(policy.id, split?.id ?? '', stretch),
    enabled: split !== undefined,
  });
  if (!split) return null;
  const show = (next: { readonly node?: string | undefined } & Partial<Stretch>): void => {
    void navigate({ to: '/policies/$policy/variants', search: next, replace: true });
  };
  return (
    <>
      <Group gap="lg" align="flex-end">
        {splits.length > 1 ? (
          <NativeSelect
            label="Split"
            data={splits.map(({ id, title }) => ({ value: id, label: title || id }))}
            value={split.id}
            onChange={({ currentTarget: { value } }) => show({ node: value, ...stretch })}
          />
        ) : null}
        <PeriodChoice stretch={stretch} onChange={(next) => show({ node: split.id, ...next })} />
      </Group>
      {answer.data ? (
        <Comparison policy={policy} split={split} answer={answer.data} />
      ) : answer.error ? (
        <Failure title="The comparison could not be made" error={answer.error} onRetry={() => answer.refetch()} />
      ) : (
        <Waiting what="what became of the requests" />
      )}
    </>
  );
}

interface ComparisonProps {
  readonly policy: Policy;
  readonly split: GraphNode;
  readonly answer: { readonly variants: readonly Variant[]; readonly read: number; readonly isWhole: boolean };
}

/** A variant as it is called and coloured. */
interface Shown {
  readonly variant: Variant;
  readonly name: string;
}

function Comparison({ policy, split, answer: { variants, read, isWhole } }: ComparisonProps) {
  const drawn = variantsOf(split.settings);
  const named = new Map(drawn.map(({ port, label }) => [port, label || port]));
  // As they stand in the split, then those that older versions had.
  const order = [...new Set([...drawn.map(({ port }) => port), ...variants.map(({ port }) => port)])];
  const shown = order.flatMap((port): Shown[] => {
    const variant = variants.find((one) => one.port === port);
    return variant ? [{ variant, name: named.get(port) ?? `${port} (not in this version)` }] : [];
  });
  if (shown.length === 0) {
    return (
      <Empty title="No request has come to this split in that time">
        {read > 0
          ? `${plural(read, 'request')} came to the policy and went other ways. Choose a longer time, or look at the drawing with its traffic.`
          : 'Send some requests to the policy, or choose a longer time.'}
      </Empty>
    );
  }
  const total = shown.reduce((sum, { variant }) => sum + variant.requests, 0);
  return (
    <Stack gap="xl">
      <Text size="sm" role="status">
        {plural(total, 'request')} took a variant of “{split.title || split.id}”
        {isWhole ? '' : `; these are among the newest ${sayCount(read)} of that time`}. Each dot is what was found; its
        line is where the true value lies, 95 times in 100.
      </Text>
      <Numbers policy={policy} split={split} shown={shown} drawn={new Set(named.keys())} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        {MEASURES.map((measure) => (
          <Measured key={measure.title} measure={measure} shown={shown} />
        ))}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        How sure a figure is: for costs by the normal distribution, for errors by Wilson’s interval, for times by ranks,
        for feedback by the widest spread that its scores can have. Costs count every request; times those that were
        answered.
      </Text>
    </Stack>
  );
}

function Key({ place }: { readonly place: number }) {
  return <span className="variant-key plot" style={{ background: colorOf({ label: '', values: [] }, place) }} />;
}

interface NumbersProps {
  readonly policy: Policy;
  readonly split: GraphNode;
  readonly shown: readonly Shown[];
  /** Ports that the live version still has. */
  readonly drawn: ReadonlySet<string>;
}

function Numbers({ policy, split, shown, drawn }: NumbersProps) {
  const mayChange = useMayIn()('draft policy', { project: policy.project, policy: policy.id }) && !policy.archived;
  const [taking, setTaking] = useState<Shown | null>(null);
  return (
    <WideTable minWidth={760} label="Variants in figures">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Variant</Table.Th>
            <Table.Th ta="right">Requests</Table.Th>
            <Table.Th ta="right">Cost of all</Table.Th>
            {MEASURES.map(({ title }) => (
              <Table.Th key={title} ta="right">
                {title}
              </Table.Th>
            ))}
            {mayChange ? <Table.Th>What to do</Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ variant, name }, i) => (
            <Table.Tr key={variant.port}>
              <Table.Th scope="row">
                <Key place={i} />
                {name}
                <Text size="xs" c="dimmed" fw={400}>
                  {variant.models.join(', ')}
                </Text>
              </Table.Th>
              <Table.Td ta="right">{sayCount(variant.requests)}</Table.Td>
              <Table.Td ta="right">{dollars(variant.cost.total)}</Table.Td>
              {MEASURES.map(({ title, of, say }) => {
                const figure = of(variant);
                return (
                  <Table.Td key={title} ta="right">
                    {figure ? say(figure.value) : 'none'}
                    {figure ? (
                      <Text size="xs" c="dimmed">
                        {sayInterval(figure, say)}
                      </Text>
                    ) : null}
                  </Table.Td>
                );
              })}
              {mayChange ? (
                <Table.Td>
                  {drawn.has(variant.port) ? (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Make “${name}” the policy`}
                      onClick={() => setTaking({ variant, name })}
                    >
                      Make this one the policy
                    </Button>
                  ) : null}
                </Table.Td>
              ) : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {taking ? (
        <TakeVariant
          policy={policy.id}
          node={split.id}
          port={taking.variant.port}
          name={taking.name}
          onClose={() => setTaking(null)}
        />
      ) : null}
    </WideTable>
  );
}

function Measured({ measure, shown }: { readonly measure: Measure; readonly shown: readonly Shown[] }) {
  const rows = shown.flatMap(({ variant, name }, place) => {
    const figure = measure.of(variant);
    return figure ? [{ name, place, figure }] : [];
  });
  if (rows.length === 0) return null;
  const said = sayDifference(measure, rows);
  return (
    <section className="variant-measure plot" aria-label={measure.title}>
      <Title order={2} size="h4" mb={4}>
        {measure.title}
      </Title>
      {said === null ? null : (
        <Text size="sm" mb="sm">
          {said}
        </Text>
      )}
      <IntervalPlot measure={measure} rows={rows} />
    </section>
  );
}
