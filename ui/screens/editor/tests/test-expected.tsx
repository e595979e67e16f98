import { Checkbox, Stack, TextInput } from '@mantine/core';
import { type Expected, LONGEST_TEST_NAME } from '../../../trying/kept-tests.ts';

interface Props {
  readonly name: string;
  readonly expected: Expected;
  /** Who answers and with which status, in words. */
  readonly end: string;
  /** False for parts of which is not known now what they are. */
  readonly isKnown: Expected;
  readonly error: string | null;
  readonly onName: (name: string) => void;
  readonly onExpected: (expected: Expected) => void;
}

/** The name of a test, and which parts of what happens it expects. */
export function TestFields({ name, expected, end, isKnown, error, onName, onExpected }: Props) {
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        description="What has to be true, such as “Essays go to the strong model”."
        data-autofocus
        maxLength={LONGEST_TEST_NAME}
        value={name}
        error={error}
        onChange={({ currentTarget: { value } }) => onName(value)}
      />
      <Checkbox.Group
        label="What is expected"
        description="The test fails when one of these comes otherwise."
        value={['end', ...(expected.path ? ['path'] : []), ...(expected.redactions ? ['redactions'] : [])]}
        onChange={(chosen) => onExpected({ path: chosen.includes('path'), redactions: chosen.includes('redactions') })}
      >
        <Stack gap="xs" mt="xs">
          <Checkbox value="end" label="How it ends" description={end} disabled />
          <Checkbox
            value="path"
            label="The way it takes"
            description="Every node and every exit, one after the other."
            disabled={!isKnown.path}
          />
          <Checkbox
            value="redactions"
            label="What is found in it"
            description="How many of each sort of personal data."
            disabled={!isKnown.redactions}
          />
        </Stack>
      </Checkbox.Group>
    </Stack>
  );
}
