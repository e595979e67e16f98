import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { takeExport, VERIFIER_ADDRESS } from '../../api/audit.ts';
import type { AuditShown } from '../../app/addresses.ts';
import { CopyButton } from '../../app/copy-button.tsx';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';
import { Section } from '../../app/section.tsx';
import { sayShownTime, spanOf } from './shown-time.ts';

const FILE = 'signalbox-audit.jsonl';

/** "4 kB", "2.4 MB". */
function saySize(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

interface Props {
  readonly shown: Pick<AuditShown, 'last' | 'from' | 'to'>;
  /** The key that signs, in base64; null where nothing is signed. */
  readonly publicKey: string | null;
}

/** The audit of the time as a file, and how it can be checked on any other machine. */
export function TakeAlong({ shown, publicKey }: Props) {
  const [bytes, setBytes] = useState(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const taking = useMutation({
    mutationFn: async () => {
      setBytes(0);
      const controller = new AbortController();
      stop.current = controller;
      const file = await takeExport(spanOf(shown, Date.now()), setBytes, controller.signal);
      saveFile(FILE, file, 'application/jsonl');
      return file.size;
    },
  });
  const command = `node verify.mjs ${FILE}${publicKey === null ? '' : ` ${publicKey}`}`;
  return (
    <Section title="Take it along and check it elsewhere">
      <Text maw={760}>
        The file has all entries and the fingerprints of all requests of the chosen time ({sayShownTime(shown)}),
        whoever made them and whatever they are about. It is signed, so anybody can check it without this gateway. That
        it was taken along becomes an entry itself.
      </Text>
      <Stack gap="sm" className="audit-screen-only">
        {taking.error ? (
          <Failure title="The file could not be made" error={taking.error} onRetry={() => taking.mutate()} />
        ) : null}
        <Group gap="md">
          <Button
            leftSection={<IconDownload size={18} aria-hidden />}
            loading={taking.isPending}
            disabled={publicKey === null}
            onClick={() => taking.mutate()}
          >
            Save the audit of this time
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {taking.isPending
              ? `${saySize(bytes)} so far …`
              : taking.data === undefined
                ? ''
                : `Saved as ${FILE}, ${saySize(taking.data)}.`}
          </Text>
        </Group>
      </Stack>
      <List type="ordered" spacing="xs" maw={760} className="audit-screen-only">
        <List.Item>
          Save the file above, and{' '}
          <Anchor href={VERIFIER_ADDRESS} download="verify.mjs" underline="always">
            the program that checks it
          </Anchor>
          , in one folder. The program is one file that can be read from top to bottom.
        </List.Item>
        <List.Item>
          Open a terminal in that folder, on a machine that has Node 20 or later, and run this:
          <pre className="code wrapped">{command}</pre>
          <CopyButton text={command} label="Copy the command" />
        </List.Item>
        <List.Item>
          It says in words what it has checked, or at which line something was altered.
          {publicKey === null ? null : (
            <>
              {' '}
              The last word of the command is the public key of this gateway: compare it with the one that you wrote
              down when you began, since whoever could make another past could also show you another key here.
            </>
          )}
        </List.Item>
      </List>
    </Section>
  );
}
