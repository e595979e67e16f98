import { Card, SimpleGrid, Text, ThemeIcon } from '@mantine/core';
import { type Icon, IconApi, IconListSearch, IconRoute } from '@tabler/icons-react';
import { Empty } from '../../app/empty.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { FirstRequest } from './first-request.tsx';

/** What this gateway is, and how to send it a first request. */
export function Welcome() {
  return (
    <Screen title="Every request, on a track that you can see">
      <Text c="dimmed" maw={760} mt={-8}>
        Signalbox stands between your apps and the models they use. Policies, which are drawings, decide what is taken
        out of a request, who pays for it, and which model answers. Whatever happens to a request is written down.
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <FirstRequest />
        <Card withBorder padding="lg" component="section">
          <Empty title="No request yet">
            Send one, and this page shows at once what it cost and what became of it.
          </Empty>
        </Card>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="lg">
        <Card withBorder padding="lg">
          <CardHead icon={IconRoute} />
          <TextLink to="/policies" fw={650}>
            Policies
          </TextLink>
          <Text size="sm" c="dimmed">
            See which ways requests can take, in drawings and in words.
          </Text>
        </Card>
        <Card withBorder padding="lg">
          <CardHead icon={IconListSearch} />
          <TextLink to="/requests" fw={650}>
            Requests
          </TextLink>
          <Text size="sm" c="dimmed">
            Look at any request: the way it took, why, what it cost, and what was sent.
          </Text>
        </Card>
        <Card withBorder padding="lg">
          <CardHead icon={IconApi} />
          <Text component="a" href="/api/openapi.json" fw={650} c="var(--mantine-color-anchor)">
            Control API
          </Text>
          <Text size="sm" c="dimmed">
            Everything on these pages is there for programs too, described as OpenAPI.
          </Text>
        </Card>
      </SimpleGrid>
    </Screen>
  );
}

function CardHead({ icon: Icon }: { readonly icon: Icon }) {
  return (
    <ThemeIcon variant="light" size={36} mb="sm">
      <Icon size={20} aria-hidden />
    </ThemeIcon>
  );
}
