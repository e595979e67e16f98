import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { askProof, type HistoryEntry } from '../../api/audit.ts';
import { Failure } from '../../app/failure.tsx';
import { saveFile } from '../../app/save-file.ts';
import { plural, sayCount } from '../../app/words.ts';
import { canProve, followProof, type ProofResult } from './log-proof.ts';

interface Props {
  /** The name of the history's log. */
  readonly log: string;
  readonly entry: HistoryEntry;
}

type Shown =
  | { readonly what: 'none' }
  | { readonly what: 'proof'; readonly proof: string; readonly result: ProofResult | null };

/** Shows on demand that an entry is among those over which a checkpoint was signed. */
export function InLog({ log, entry }: Props) {
  const { sequence } = entry;
  const showing = useMutation({
    mutationFn: async (): Promise<Shown> => {
      const proof = await askProof(log, sequence);
      if (proof === null) return { what: 'none' };
      return {
        what: 'proof',
        proof,
        result: canProve() ? await followProof(proof, entry, log.replace(/^history\//, '')) : null,
      };
    },
  });
  const { data } = showing;
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        className="audit-screen-only"
        variant="default"
        loading={showing.isPending}
        onClick={() => showing.mutate()}
      >
        Show that it is in the signed log
      </Button>
      {showing.error ? (
        <Failure title="There is no proof" error={showing.error} onRetry={() => showing.mutate()} />
      ) : null}
      <div role="status">
        {data?.what === 'none' ? (
          <Text>
            No signed checkpoint covers this entry yet. One is signed at least every minute while anything is new: try
            again then.
          </Text>
        ) : data?.what === 'proof' ? (
          <Said proof={data.proof} result={data.result} sequence={sequence} />
        ) : null}
      </div>
    </Stack>
  );
}

interface SaidProps {
  readonly proof: string;
  /** Null where the browser may not work it out. */
  readonly result: ProofResult | null;
  readonly sequence: number;
}

function Said({ proof, result, sequence }: SaidProps) {
  const isWrong = result !== null && !(result.leadsToRoot && result.hasOwnHash);
  return (
    <Alert
      variant="light"
      color={isWrong ? 'red' : 'teal'}
      icon={isWrong ? <IconShieldX aria-hidden /> : <IconShieldCheck aria-hidden />}
      title={
        isWrong
          ? 'The proof does not fit this entry'
          : result
            ? `Entry ${sayCount(sequence)} is in the signed log`
            : `Here is the proof for entry ${sayCount(sequence)}`
      }
    >
      <Stack gap="sm" maw={760}>
        <Text>{sayResult(result)}</Text>
        <Group className="audit-screen-only">
          <Button
            size="xs"
            variant="default"
            onClick={() => saveFile(`entry-${sequence}.tlog-proof`, proof, 'text/plain')}
          >
            Save the proof
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function sayResult(result: ProofResult | null): string {
  if (result === null)
    return 'The gateway has given a proof, but the browser works nothing out over a connection that is not encrypted. Save the proof, or take the audit along, and check it elsewhere.';
  const { hasOwnHash, leadsToRoot, steps, size, origin } = result;
  if (!hasOwnHash)
    return 'What this page shows of the entry does not have the fingerprint that was written down with it: somebody has altered the entry. Keep a copy of the database as it is now, and ask whoever runs the gateway to run “npm run audit:verify”.';
  if (!leadsToRoot)
    return 'The fingerprint of this entry does not lead to what was signed: either the entry or the log was altered. Keep a copy of the database as it is now, and ask whoever runs the gateway to run “npm run audit:verify”.';
  const way = steps === 0 ? 'is itself' : `leads, with ${plural(steps, 'fingerprint')} of its neighbours, to`;
  return `This browser has worked it out: all that the entry says has the fingerprint above, which ${way} the one fingerprint that was signed for all of the first ${plural(size, 'entry', 'entries')}. Had anything in the entry been altered since, it would not. The signature is of “${origin}”; the program that checks the whole audit checks that too.`;
}
