import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { allowedModels, allowsModel } from '../../../policies/key-limits.ts';
import type { HouseAnswer } from '../../api/house.ts';
import type { MadeKey } from '../../api/keys.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { CodeSamples } from '../../app/code-samples.tsx';
import { CopyButton } from '../../app/copy-button.tsx';
import { LinkButton } from '../../app/link-button.tsx';

interface Props {
  readonly made: MadeKey;
  /** The models that are offered. */
  readonly models: readonly HouseAnswer['models'][number][];
  readonly policies: readonly ListedPolicy[];
  readonly onNext: () => void;
}

/** The token of a key that was just made, and programs with it filled in. */
export function ShownOnce({ made: { key, token }, models, policies, onNext }: Props) {
  const own = policies.find(({ id }) => key.policies?.includes(id));
  // A key with policies of its own may not be allowed the default one, so it asks for one that it has.
  const allowed =
    key.models && allowedModels(key.models, (alias) => models.find(({ names }) => names.includes(alias))?.id);
  const usable = models.flatMap(({ id, embeddings }) =>
    embeddings !== 'only' && allowsModel(allowed, id) ? [id] : [],
  );
  const mayChat = key.endpoints?.includes('chat.completions') ?? true;
  const model = own ? `policy/${own.name}` : (usable.find((id) => id === 'sandbox/large') ?? usable[0]);
  const tags = key.requiredTags.map((name) => `${name}=${key.tagChoices[name]?.[0] ?? 'something'}`).join(',');
  return (
    <Stack gap="lg" maw={860}>
      <Alert
        variant="light"
        color="teal"
        icon={<IconKey aria-hidden />}
        title={`The key “${key.name}” is made. Copy it now: it is shown this once.`}
      >
        <Text size="sm" mb="xs">
          Signalbox keeps only a fingerprint of it. If it is lost, revoke it and make another.
        </Text>
        <TextInput
          label="The key"
          readOnly
          value={token}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <CopyButton text={token} label="Copy the key" />
      </Alert>
      {model === undefined || !mayChat ? null : (
        <Card withBorder padding="lg" component="section">
          <Title order={2} mb={4}>
            Use it
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            Any OpenAI client works with this base URL and key. Put no key into code that others can read: most programs
            take it from their environment.
          </Text>
          <CodeSamples request={{ model, apiKey: token, tags }} />
        </Card>
      )}
      <Group gap="sm">
        <LinkButton to="/keys">I have copied it</LinkButton>
        <Button variant="default" onClick={onNext}>
          Make another key
        </Button>
      </Group>
    </Stack>
  );
}
