import { Button, Group, List, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { takePack } from '../../api/audit-desk.ts';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { sayCount } from '../../app/words.ts';
import { PrintButton } from './print-button.tsx';

interface Props {
  readonly sequence: number;
  /** Places of the entries that belong to it, its own among them. */
  readonly evidence: readonly number[];
  /** Whether drawings belong to it, and what was shown to those who approved it. */
  readonly isPublished: boolean;
  readonly isApproved: boolean;
}

/** What proves one change, to be printed, or taken along as a signed file; its contents are listed. */
export function ChangeEvidence({ sequence, evidence, isPublished, isApproved }: Props) {
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const file = `signalbox-change-${sequence}.jsonl`;
  const taking = useMutation({
    mutationFn: async () => {
      const controller = new AbortController();
      stop.current = controller;
      saveFile(file, await takePack(sequence, () => {}, controller.signal), 'application/jsonl');
    },
  });
  const others = evidence.filter((one) => one !== sequence);
  return (
    <Section title="Evidence">
      <Text>The signed file holds:</Text>
      <List>
        <List.Item>this entry as it was written, with a proof that it is in the signed log</List.Item>
        {others.length === 0 ? null : (
          <List.Item>
            the entries that led to it and followed from it, each with its proof:{' '}
            {others.map((one, i) => (
              <span key={one}>
                {i === 0 ? '' : ', '}
                <TextLink to="/audit/$sequence" params={{ sequence: String(one) }}>
                  {sayCount(one)}
                </TextLink>
              </span>
            ))}
          </List.Item>
        )}
        {isPublished ? (
          <List.Item>
            the drawings before and after, as they were published
            {isApproved ? ', and what was shown to those who were asked to approve it' : ''}, each with the fingerprint
            that an entry names
          </List.Item>
        ) : null}
      </List>
      <Group gap="md" className="audit-screen-only">
        <Button
          leftSection={<IconDownload size={18} aria-hidden />}
          loading={taking.isPending}
          onClick={() => taking.mutate()}
        >
          Save the signed evidence
        </Button>
        <PrintButton />
        <Text size="sm" c="dimmed" role="status">
          {taking.isSuccess ? `Saved as ${file}.` : ''}
        </Text>
      </Group>
      {taking.error ? (
        <Failure title="The evidence could not be saved" error={taking.error} onRetry={() => taking.mutate()} />
      ) : null}
      <Text size="sm" c="dimmed" className="audit-screen-only">
        It is checked by the same program as the whole audit: see “Take it along” on the page of the audit.
      </Text>
    </Section>
  );
}
