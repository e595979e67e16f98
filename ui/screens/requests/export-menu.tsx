import { Button, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBraces, IconChevronDown, IconDownload, IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { type ExportFormat, type ExportSize, exportAddress, exportSizeQuery } from '../../api/record-export.ts';
import type { RequestsFilter } from '../../app/addresses.ts';
import { plural, sayCount } from '../../app/words.ts';

/** Up to how many are counted. */
const COUNTED = 10_000;

/** How many requests the file will have, in words. */
function saySize({ rows, more }: ExportSize): string {
  if (!more) return rows === 0 ? 'No request fits, so the file would be empty' : plural(rows, 'request');
  return rows === COUNTED ? `More than ${sayCount(rows)} requests` : `At least ${plural(rows, 'request')}`;
}

const FORMATS = [
  ['csv', 'A table (CSV)', 'The main figures, a row for each request', IconTable],
  ['jsonl', 'All details (JSON lines)', 'For programs: each step and attempt', IconBraces],
] as const satisfies readonly (readonly [ExportFormat, string, string, unknown])[];

/** Saves what the list is narrowed to as a file: the browser fetches it by itself, however long it is. */
export function ExportMenu({ filter }: { readonly filter: RequestsFilter }) {
  const sizeId = useId();
  const [opened, setOpened] = useState(false);
  const size = useQuery({ ...exportSizeQuery(filter), enabled: opened });
  const { data } = size;
  const isBusy = data !== undefined && data.running >= data.atOnce;
  const begun = () => {
    notifications.show({
      title: 'The export has begun',
      message: 'Your browser saves it, and shows how far it is. You can go on meanwhile.',
    });
  };
  return (
    <Menu position="bottom-end" width={300} opened={opened} onChange={setOpened} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(([format, title, words, Icon]) => (
          <Menu.Item
            key={format}
            component="a"
            href={isBusy ? undefined : exportAddress(filter, format, Date.now())}
            download
            disabled={isBusy}
            aria-describedby={sizeId}
            leftSection={<Icon size={18} aria-hidden />}
            onClick={begun}
          >
            {title}
            <Text size="xs">{words}</Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label id={sizeId} className="export-size">
          {size.error
            ? 'How many requests it will have could not be counted.'
            : data === undefined
              ? 'Counting …'
              : isBusy
                ? `${data.running} exports are being made already. Wait until one has ended, then open this menu again.`
                : `${saySize(data)}, as the list is narrowed now. What people and models said is not in it. That you took it is written to the history.`}
        </Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
