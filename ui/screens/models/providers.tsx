import { Accordion, Badge, Box, Group, Table, Text, Title } from '@mantine/core';
import type { HouseAnswer } from '../../api/house.ts';
import type { Provider } from '../../api/providers.ts';
import { CopyButton } from '../../app/copy-button.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural } from '../../app/words.ts';

interface Props {
  readonly providers: readonly Provider[];
  readonly models: HouseAnswer['models'];
}

/** Who serves the models, and how others are set up. */
export function Providers({ providers, models }: Props) {
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        Providers of the environment
      </Title>
      <Text size="sm" c="dimmed" mb="md" maw={720}>
        These are set up on the machine where Signalbox runs: put their settings into the environment, then start
        Signalbox again. They cannot be changed here, and their keys stay there.
      </Text>
      <Accordion variant="separated" order={3}>
        {providers.map(({ title, name, settings }) => (
          <Accordion.Item key={title} value={title}>
            <Accordion.Control>
              <Group gap="sm">
                <Text fw={600}>{title}</Text>
                {name === null ? (
                  <Badge variant="default" tt="none">
                    not set up
                  </Badge>
                ) : (
                  <>
                    <Badge variant="dot" color="teal" tt="none">
                      set up
                    </Badge>
                    <Text size="sm" c="dimmed">
                      {sayModels(models.filter(({ provider }) => provider === name).length)}
                    </Text>
                  </>
                )}
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Settings title={title} settings={settings} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Box>
  );
}

const sayModels = (count: number): string =>
  count === 0 ? 'serves what apps ask it for; no models are listed' : plural(count, 'model');

function Settings({ title, settings }: Pick<Provider, 'title' | 'settings'>) {
  const snippet = `${settings
    .filter(({ default: standard }, i) => i === 0 || standard === null)
    .map(({ name }) => `${name}=…`)
    .join(' \\\n')} \\\nnpm start`;
  return (
    <>
      <WideTable minWidth={520} label={`Settings of ${title}`}>
        <Table mb="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Setting</Table.Th>
              <Table.Th>What it does</Table.Th>
              <Table.Th>Without it</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {settings.map(({ name, description, default: standard }) => (
              <Table.Tr key={name}>
                <Table.Td ff="monospace">{name}</Table.Td>
                <Table.Td>{description}</Table.Td>
                <Table.Td>{standard ?? 'nothing'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className="code" tabIndex={0}>
        {snippet}
      </pre>
      <CopyButton text={snippet} />
    </>
  );
}
