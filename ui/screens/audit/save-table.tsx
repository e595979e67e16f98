import { Button, Group, Text } from '@mantine/core';
import { IconTableExport } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';

interface Props {
  readonly name: string;
  /** Gives the text of the table. */
  readonly take: () => Promise<string>;
}

/** Saves a table for a spreadsheet; that it was taken along becomes an entry itself. */
export function SaveTable({ name, take }: Props) {
  const taking = useMutation({
    mutationFn: async () => saveFile(name, await take(), 'text/csv'),
  });
  return (
    <div className="audit-screen-only">
      <Group gap="sm">
        <Button
          variant="default"
          size="sm"
          leftSection={<IconTableExport size={18} aria-hidden />}
          loading={taking.isPending}
          onClick={() => taking.mutate()}
        >
          Save as a table
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {taking.isSuccess ? `Saved as ${name}.` : ''}
        </Text>
      </Group>
      {taking.error ? (
        <Failure title="The table could not be made" error={taking.error} onRetry={() => taking.mutate()} />
      ) : null}
    </div>
  );
}
