import { Alert, Table, Text } from '@mantine/core';
import type { HistoryEntry } from '../../api/audit.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { plural } from '../../app/words.ts';
import { compare } from './differences.ts';
import type { Names } from './names.ts';
import { sayPath, sayValue } from './value-words.ts';

interface Props {
  readonly entry: HistoryEntry;
  readonly names: Names;
}

/** What an entry changed: each member that differs, with what was there and what is there since. */
export function Difference({ entry, names }: Props) {
  const { before, after, beforeDigest, afterDigest } = entry;
  const isErased = (before === null && beforeDigest !== null) || (after === null && afterDigest !== null);
  const { changed, same } = compare(before, after);
  const [isNew, isGone] = [before === null, after === null];
  const unit = names.unitOf(entry);
  return (
    <>
      {isErased ? (
        <Alert variant="light" color="gray" title="A part was erased">
          Of what was here before or after, only the fingerprint is kept, as the law may ask for. The entry still fits
          the chain.
        </Alert>
      ) : null}
      {changed.length === 0 ? (
        <Text c="dimmed">
          {isErased
            ? 'What is left cannot be compared.'
            : isNew && isGone
              ? 'The entry keeps nothing but that it was done.'
              : 'Nothing is different after it.'}
        </Text>
      ) : (
        <WideTable minWidth={isNew || isGone ? 300 : 520} label="What it changed">
          <Table verticalSpacing="sm" withTableBorder layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                {isNew ? null : <Table.Th>Before</Table.Th>}
                {isGone ? null : <Table.Th>{isNew ? 'Value' : 'After'}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changed.map(({ path, before: was, after: is }) => (
                <Table.Tr key={path.join(' ')}>
                  <Table.Th scope="row" className="audit-value" fw={500}>
                    {sayPath(path)}
                  </Table.Th>
                  {isNew ? null : (
                    <Table.Td className="audit-value">{sayValue(path, was, unit, names.nameOf)}</Table.Td>
                  )}
                  {isGone ? null : (
                    <Table.Td className="audit-value">{sayValue(path, is, unit, names.nameOf)}</Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {same > 0 ? (
        <Text size="sm" c="dimmed">
          {plural(same, 'other value')} that the entry keeps stayed the same.
        </Text>
      ) : null}
    </>
  );
}
