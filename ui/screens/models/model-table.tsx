import { Badge, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconHome, IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { sayRate, sayTokens } from '../../../policies/price-words.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { modelHealthQuery } from '../../api/model-health.ts';
import type { PriceInForce } from '../../api/prices.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { HealthFigures, HealthWords, useModelHealth } from './model-health.tsx';
import { saySource } from './price-words.ts';

type Model = HouseAnswer['models'][number];

interface Props {
  readonly models: readonly Model[];
  readonly prices: ReadonlyMap<string, PriceInForce>;
  readonly mayChange: boolean;
  readonly onPrice: (model: string) => void;
}

const ABILITIES = [
  ['tools', 'tools'],
  ['images', 'images'],
  ['audio', 'audio'],
  ['files', 'files'],
  ['jsonSchema', 'answers in a given form'],
] as const;

/** Models: how they are doing, their prices for a million tokens, what they take, and whether requests leave the house. */
export function ModelTable({ models, prices, mayChange, onPrice }: Props) {
  const isHealthKnown = !useQuery({ ...modelHealthQuery, select: () => null }).isError;
  return (
    <>
      <Text size="sm" c="dimmed">
        {isHealthKnown
          ? 'How a model is doing now is looked at again every 10 seconds.'
          : 'How the models are doing now could not be loaded; it is asked for again every 10 seconds.'}
      </Text>
      <WideTable minWidth={1240} label="Models">
        <Table highlightOnHover verticalSpacing="xs" captionSide="top">
          <Table.Caption ta="left">Prices are for a million tokens.</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Model</Table.Th>
              <Table.Th>Now</Table.Th>
              <Table.Th ta="right">Input</Table.Th>
              <Table.Th ta="right">Cached input</Table.Th>
              <Table.Th ta="right">Output</Table.Th>
              <Table.Th>Price from</Table.Th>
              <Table.Th ta="right">Context</Table.Th>
              <Table.Th>Takes</Table.Th>
              <Table.Th>Requests</Table.Th>
              {mayChange ? (
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              ) : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {models.map((model) => (
              <ModelRow
                key={model.id}
                model={model}
                found={prices.get(model.id)}
                onPrice={mayChange ? () => onPrice(model.id) : null}
              />
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </>
  );
}

interface RowProps {
  readonly model: Model;
  readonly found: PriceInForce | undefined;
  /** Null for people who may only look. */
  readonly onPrice: (() => void) | null;
}

/** A model, and below it the figures of how it is doing once they are asked for. */
function ModelRow({ model, found, onPrice }: RowProps) {
  const health = useModelHealth(model.id);
  const [isOpen, { toggle }] = useDisclosure(false);
  const figures = useId();
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <Text size="sm" fw={600}>
            {model.label}
          </Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {model.id}
          </Text>
          <OwnNames model={model} />
        </Table.Td>
        <Table.Td maw={210} miw={170}>
          <HealthWords model={model.id} health={health} isOpen={isOpen} figures={figures} onToggle={toggle} />
        </Table.Td>
        <Prices model={model} found={found} />
        <Table.Td ta="right">{model.contextTokens === null ? 'unknown' : sayTokens(model.contextTokens)}</Table.Td>
        <Table.Td maw={220}>
          <Text size="sm">
            {['text', ...ABILITIES.filter(([name]) => model.supports[name]).map(([, words]) => words)].join(', ')}
          </Text>
          {model.embeddings === undefined ? null : (
            <Text size="xs" c="dimmed">
              {model.embeddings === 'only' ? 'makes embeddings, and nothing else' : 'makes embeddings too'}
            </Text>
          )}
        </Table.Td>
        <Table.Td className="unbroken">
          {model.leavesHouse ? (
            <Badge variant="default" tt="none" leftSection={<IconWorld size={13} aria-hidden />}>
              leave the house
            </Badge>
          ) : (
            <Badge
              variant="default"
              tt="none"
              leftSection={<IconHome size={13} color="var(--mantine-color-teal-text)" aria-hidden />}
            >
              stay in the house
            </Badge>
          )}
          {model.region === undefined ? null : (
            <Text size="xs" c="dimmed">
              {model.region}
            </Text>
          )}
        </Table.Td>
        {onPrice ? (
          <Table.Td ta="right">
            <Button
              size="xs"
              variant={model.price === null ? 'filled' : 'default'}
              aria-label={`Set the price of ${model.id}`}
              onClick={onPrice}
            >
              Set price
            </Button>
          </Table.Td>
        ) : null}
      </Table.Tr>
      {isOpen && health ? (
        <Table.Tr id={figures}>
          <Table.Td colSpan={onPrice ? 10 : 9}>
            <HealthFigures health={health} />
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  );
}

/** The aliases that lead to it. */
function OwnNames({ model: { name, names } }: { readonly model: Model }) {
  const aliases = names.filter((one) => one !== name);
  if (aliases.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      alias {aliases.join(', ')}
    </Text>
  );
}

function Prices({ model: { price }, found }: { readonly model: Model; readonly found: PriceInForce | undefined }) {
  if (price === null) {
    return (
      <Table.Td colSpan={4} ta="right">
        <Badge
          variant="default"
          tt="none"
          leftSection={<IconAlertTriangle size={13} color="var(--mantine-color-orange-text)" aria-hidden />}
        >
          no price
        </Badge>
        <Text size="xs" c="dimmed">
          It cannot be used behind a budget in dollars.
        </Text>
      </Table.Td>
    );
  }
  const [first, ...rest] = price;
  const longest = rest.at(-1);
  const source = found && saySource(found);
  return (
    <>
      <Table.Td ta="right">
        {sayRate(first.input)}
        {longest ? (
          <Text size="xs" c="dimmed">
            other above {sayTokens(longest.aboveInputTokens)}
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td ta="right">{sayRate(first.cachedInput)}</Table.Td>
      <Table.Td ta="right">{sayRate(first.output)}</Table.Td>
      <Table.Td>
        <Text size="sm">{source?.short}</Text>
        <Text size="xs" c="dimmed" className="unbroken">
          {source?.since}
        </Text>
      </Table.Td>
    </>
  );
}
