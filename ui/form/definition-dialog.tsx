import { Button, Group, Modal, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { z } from 'zod';
import { plainError } from '../../policies/kinds/issues.ts';
import { readJson } from '../api/client.ts';
import { JsonEditor } from '../monaco/json-editor.tsx';
import { jsonSchemaOf } from '../monaco/json-schema.ts';

interface Props {
  readonly title: string;
  /** Names what is written here among all documents of the text editor. */
  readonly sort: string;
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly readOnly: boolean;
  readonly onSave: (value: unknown) => void;
  readonly onClose: () => void;
}

/** A part of the settings as JSON, in a dialog: nothing happens to it until it is saved. */
export function DefinitionDialog({ title, sort, schema, value, readOnly, onSave, onClose }: Props) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const jsonSchema = useMemo(() => jsonSchemaOf(schema, {}), [schema]);
  const next = readJson(text);
  const parsed = next === undefined ? null : z.safeParse(schema, next);
  const issue = parsed?.error ? plainError(new z.ZodError(parsed.error.issues)).issues[0] : undefined;
  const wrong =
    next === undefined
      ? 'This is no JSON yet: a bracket, a quotation mark or a comma may be missing.'
      : issue && `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`Definition of ${title}`}
      closeOnEscape={false}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <JsonEditor
        text={text}
        onChange={setText}
        sort={sort}
        schema={jsonSchema}
        label={`Definition of ${title}`}
        readOnly={readOnly}
        height={380}
      />
      <Text size="sm" mt="xs" mih={24} role="status">
        {wrong ?? ''}
      </Text>
      <Group justify="flex-end" mt="sm">
        <Button variant="default" onClick={onClose}>
          {readOnly ? 'Close' : 'Cancel'}
        </Button>
        {readOnly ? null : (
          <Button
            disabled={next === undefined}
            onClick={() => {
              onSave(next);
              onClose();
            }}
          >
            Save
          </Button>
        )}
      </Group>
    </Modal>
  );
}
