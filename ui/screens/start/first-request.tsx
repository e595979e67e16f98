import { Card, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { modelIdsQuery } from '../../api/house.ts';
import { CodeSamples } from '../../app/code-samples.tsx';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';

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
        No provider of models is set up, so nobody could answer yet.{' '}
        <TextLink to="/models" underline="always">
          See how to set one up
        </TextLink>
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Any OpenAI client works: change its base URL, and put your API key in place of YOUR_KEY. Keys are shown only
        once, the first one in the terminal when the gateway was first started.{' '}
        <TextLink to="/keys" underline="always">
          Make another key
        </TextLink>
      </Text>
      <CodeSamples request={{ model, apiKey: 'YOUR_KEY', tags: '' }} />
    </>
  );
}
