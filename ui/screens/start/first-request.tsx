import { Button, Card, Group, Tabs, Text, Title } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { modelIdsQuery } from '../../api/house.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { samplesFor } from './samples.ts';

/** How an app sends its first request here. */
export function FirstRequest() {
  const models = useQuery(modelIdsQuery);
  return (
    <Card withBorder padding="lg" component="section">
      <Title order={2} mb={4}>
        Send a first request
      </Title>
      {models.data ? (
        <Samples model={models.data.find((id) => id === 'sandbox/large') ?? models.data[0] ?? null} />
      ) : models.error ? (
        <Failure title="The models could not be loaded" error={models.error} onRetry={() => models.refetch()} />
      ) : (
        <Waiting what="the models" />
      )}
    </Card>
  );
}

function Samples({ model }: { readonly model: string | null }) {
  if (model === null) {
    return (
      <Text size="sm" c="dimmed">
        No provider of models is set up, so nobody could answer yet. Set the key of one in the environment of the
        gateway and start it again.
      </Text>
    );
  }
  const samples = samplesFor(location.origin, model);
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Any OpenAI client works: change its base URL, and put your API key in place of YOUR_KEY. Keys are shown only
        once, the first one in the terminal when the gateway was first started.
      </Text>
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List mb="sm">
          {samples.map(({ id, title }) => (
            <Tabs.Tab key={id} value={id}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {samples.map(({ id, code }) => (
          <Tabs.Panel key={id} value={id}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
            <pre className="code" tabIndex={0}>
              {code}
            </pre>
            <Copy text={code} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Copy({ text }: { readonly text: string }) {
  const clipboard = useClipboard();
  return (
    <Group mt="sm" gap="sm">
      <Button size="xs" variant="default" onClick={() => clipboard.copy(text)}>
        Copy
      </Button>
      <Text size="sm" c="dimmed" role="status">
        {clipboard.copied
          ? 'Copied.'
          : clipboard.error
            ? 'The browser does not allow it: select the text and copy it.'
            : ''}
      </Text>
    </Group>
  );
}
