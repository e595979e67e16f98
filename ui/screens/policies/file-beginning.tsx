import { Alert, Button, Card, FileButton, Group, List, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { checkGraph } from '../../../policies/check.ts';
import { LARGEST_FILE_BYTES, readPolicyFile } from '../../../policies/policy-file.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { plural } from '../../app/words.ts';
import { houseOf } from '../../editing/house.ts';
import type { LoadedFile } from './beginning.ts';
import { Thumbnail } from './thumbnail.tsx';

interface Props {
  readonly house: HouseAnswer;
  readonly file: LoadedFile | null;
  readonly onFile: (file: LoadedFile | null) => void;
  readonly missing: boolean;
}

/** A file to begin with: what is in it, what does not fit here, or why it cannot be used. */
export function FileBeginning({ house, file, onFile, missing }: Props) {
  const [why, setWhy] = useState<string | null>(null);
  const read = async (chosen: File | null): Promise<void> => {
    if (!chosen) return;
    const answer = await readChosen(chosen, house);
    setWhy(answer.ok ? null : answer.why);
    onFile(answer.ok ? { fileName: chosen.name, policy: answer.policy } : null);
  };
  return (
    <Card withBorder padding="lg" mt="md">
      <Stack gap="md" align="flex-start">
        <FileButton
          onChange={(chosen) => void read(chosen)}
          accept="application/json,.json"
          inputProps={{ 'aria-label': 'File' }}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {file ? 'Choose another file' : 'Choose a file'}
            </Button>
          )}
        </FileButton>
        {why !== null ? (
          <Alert variant="light" color="red" role="alert" title="This file cannot be used">
            {why}
          </Alert>
        ) : file ? (
          <InFile house={house} file={file} />
        ) : (
          <Text size="sm" {...(missing ? { role: 'alert', c: 'var(--mantine-color-error)' } : { c: 'dimmed' })}>
            {missing ? 'Choose the file first. ' : ''}It is a file that ends in .json, of at most 10 MB.
          </Text>
        )}
      </Stack>
    </Card>
  );
}

async function readChosen(file: File, house: HouseAnswer): Promise<ReturnType<typeof readPolicyFile>> {
  if (file.size > LARGEST_FILE_BYTES) {
    const size = `${(file.size / 1024 / 1024).toFixed(1)} MB`;
    return { ok: false, why: `It has ${size}; a policy has at most 10 MB. Choose the file of one policy alone.` };
  }
  let text: string;
  try {
    text = await file.text();
  } catch {
    return { ok: false, why: 'The browser could not read it. It may have been moved or deleted: choose it again.' };
  }
  return readPolicyFile(text, new Map(house.budgets.map(({ budget: { id, name } }) => [name, id])));
}

function InFile({ house, file }: { readonly house: HouseAnswer; readonly file: LoadedFile }) {
  const { graph, layout, tests } = file.policy;
  const unknown = useMemo(
    () =>
      checkGraph(graph, houseOf(house).check).filter(
        ({ code }) => code === 'unknown_model' || code === 'unknown_budget' || code === 'unknown_kind',
      ),
    [graph, house],
  );
  return (
    <>
      <Group gap="md" wrap="nowrap" align="center" w="100%">
        <span className="file-picture">
          <Thumbnail graph={graph} layout={layout} />
        </span>
        <Text size="sm" role="status">
          {file.fileName}: {plural(graph.nodes.length, 'node')}, {plural(graph.edges.length, 'edge')},{' '}
          {plural(tests.length, 'test')}.
        </Text>
      </Group>
      {unknown.length > 0 ? (
        <Alert
          variant="light"
          color="yellow"
          icon={<IconInfoCircle aria-hidden />}
          title="Some of it is not known here"
          w="100%"
        >
          <Text size="sm" mb="xs">
            You can make the policy all the same, and choose others in the editor before you publish it.
          </Text>
          <List size="sm">
            {unknown.map(({ node, field, message }) => (
              <List.Item key={`${node} ${field}`}>{message}</List.Item>
            ))}
          </List>
        </Alert>
      ) : null}
    </>
  );
}
