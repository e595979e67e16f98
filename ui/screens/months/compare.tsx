import './months.css';
import { Alert, Button, FileButton, Group, NativeSelect, Select, Stack, Text } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { houseQuery } from '../../api/house.ts';
import { compareMonth } from '../../api/months.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { DROPDOWN } from '../../form/dropdown.ts';
import { ComparedTable } from './compared-table.tsx';

const LARGEST_BYTES = 20_000_000;

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Reads a file as text, in UTF-8, or in UTF-16 as spreadsheets sometimes save it. Rejects with a sentence. */
async function textOf(file: File): Promise<string> {
  if (file.size > LARGEST_BYTES) {
    throw new Error('The file is larger than 20 MB. Export the month by day and model, not by request.');
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new Error('The browser could not read the file. It may have been moved or deleted: choose it again.');
  }
  const [one, two] = new Uint8Array(bytes.slice(0, 2));
  const encoding = one === 0xff && two === 0xfe ? 'utf-16le' : one === 0xfe && two === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

interface Props {
  readonly month: string;
  /** Ids of the models that the month has anything of. */
  readonly models: readonly string[];
}

/** A vendor's usage or cost file of the same month beside ours. */
export function Compare({ month, models }: Props) {
  const house = useQuery(houseQuery);
  // Also those that are not set up any more.
  const used = models.filter((id) => id.includes('/')).map((id) => id.slice(0, id.indexOf('/')));
  const providers = [...new Set([...used, ...(house.data?.models.map((model) => model.provider) ?? [])])].sort();
  const [chosen, setChosen] = useState<string | null>(null);
  const [timeZone, setTimeZone] = useState('UTC');
  const [file, setFile] = useState<File | null>(null);
  const provider = chosen ?? likely(providers);
  const comparing = useMutation({
    mutationFn: async (one: File) => compareMonth(month, { csv: await textOf(one), provider, timeZone }),
  });
  const compare = (one: File | null): void => {
    if (one === null) return;
    setFile(one);
    comparing.mutate(one);
  };
  const { data } = comparing;
  return (
    <Section title="Compare with the vendor’s file">
      <Text size="sm" c="dimmed" maw={760}>
        Export the usage or the cost of the month from OpenAI or Anthropic as a CSV file, by day and model, and choose
        it here. It is read, compared and forgotten.
      </Text>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Provider"
          w={180}
          value={provider}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          data={providers}
        />
        <Select
          {...DROPDOWN}
          label="Days of the file begin in"
          w={230}
          searchable
          allowDeselect={false}
          limit={60}
          nothingFoundMessage="No such time zone"
          data={zones()}
          value={timeZone}
          onChange={(zone) => setTimeZone(zone ?? timeZone)}
        />
        <FileButton
          onChange={compare}
          accept=".csv,.tsv,.txt,text/csv"
          inputProps={{ 'aria-label': 'The vendor’s file' }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
              loading={comparing.isPending}
              disabled={provider === ''}
            >
              {file ? 'Choose another file' : 'Choose the file'}
            </Button>
          )}
        </FileButton>
        {file ? (
          <Button variant="default" disabled={comparing.isPending} onClick={() => compare(file)}>
            Compare again
          </Button>
        ) : null}
      </Group>
      {house.error ? (
        <Failure title="The providers could not be loaded" error={house.error} onRetry={() => house.refetch()} />
      ) : null}
      {comparing.isPending ? (
        <Text size="sm" role="status">
          Reading {file?.name} …
        </Text>
      ) : comparing.error ? (
        <Alert variant="light" color="red" role="alert" title={`${file?.name ?? 'The file'} cannot be compared`}>
          {comparing.error.message.replace(/^csv: /, '').replace(/^\w/, (letter) => letter.toUpperCase())}
        </Alert>
      ) : data ? (
        <Stack gap="sm">
          <ComparedTable compared={data} month={month} provider={provider} />
        </Stack>
      ) : null}
    </Section>
  );
}

/** Whose files can be compared, before those of one's own. */
const likely = (providers: readonly string[]): string =>
  providers.find((name) => name === 'openai' || name === 'anthropic') ?? providers[0] ?? '';
