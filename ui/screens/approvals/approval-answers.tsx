import { Button, Group, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ApprovalRequest, approve, refreshApprovals, sendBack, useOwnId, withdraw } from '../../api/approvals.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { reasonError } from '../../app/reason-input.tsx';
import { isOpen } from './request-words.ts';

const ANSWERS = {
  approve: {
    title: (policy: string) => `Approve the draft of ${policy}`,
    act: 'Approve',
    says: 'You approve exactly the drawing and the tests that are shown here. Any edit makes your approval void.',
    label: 'What you want to say',
    isAsked: false,
    done: 'Your approval is noted.',
    send: approve,
  },
  back: {
    title: (policy: string) => `Send the draft of ${policy} back`,
    act: 'Send back',
    says: 'The request is over then. Its author can change the draft, and ask again.',
    label: 'What is missing or wrong',
    isAsked: true,
    done: 'The request is sent back.',
    send: sendBack,
  },
  withdraw: {
    title: (policy: string) => `Withdraw the request for ${policy}`,
    act: 'Withdraw',
    says: 'Approvals that it has are lost. The draft stays as it is, and approval can be asked for again.',
    label: 'Why it is withdrawn',
    isAsked: true,
    done: 'The request is withdrawn.',
    send: withdraw,
  },
} as const;
type Answer = keyof typeof ANSWERS;

interface Props {
  readonly request: ApprovalRequest;
  /** Whether the person who looks may draw on the policy, and so take a request for it back. */
  readonly mayDraft: boolean;
}

/** The means to answer a request that is open, for those who may. */
export function ApprovalAnswers({ request, mayDraft }: Props) {
  const me = useOwnId();
  const [answer, setAnswer] = useState<Answer | null>(null);
  if (!isOpen(request)) return null;
  const mayAnswer = me !== null && request.waitingFor.includes(me);
  if (!mayAnswer && !mayDraft) return null;
  return (
    <Group gap="sm">
      {mayAnswer ? (
        <>
          <Button onClick={() => setAnswer('approve')}>Approve</Button>
          <Button variant="default" onClick={() => setAnswer('back')}>
            Send back
          </Button>
        </>
      ) : null}
      {mayDraft ? (
        <Button variant="default" onClick={() => setAnswer('withdraw')}>
          Withdraw
        </Button>
      ) : null}
      {answer === null ? null : <AnswerForm request={request} answer={answer} onClose={() => setAnswer(null)} />}
    </Group>
  );
}

interface FormProps {
  readonly request: ApprovalRequest;
  readonly answer: Answer;
  readonly onClose: () => void;
}

function AnswerForm({ request, answer, onClose }: FormProps) {
  const { title, act, says, label, isAsked, done, send } = ANSWERS[answer];
  const client = useQueryClient();
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const sending = useMutation({
    mutationFn: () => send(request, words.trim()),
    onSuccess: async () => {
      await refreshApprovals(client);
      onClose();
      notifications.show({ message: done });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (!isAsked || reasonError(words) === null) sending.mutate();
  };
  return (
    <FormDialog
      title={title(request.title)}
      act={act}
      error={sending.error}
      pending={sending.isPending}
      onSubmit={submit}
      onClose={() => {
        // What was refused may have become something else meanwhile.
        if (sending.isError) void refreshApprovals(client);
        onClose();
      }}
    >
      <Text size="sm">{says}</Text>
      <Textarea
        label={label}
        description={isAsked ? 'It stands in the history.' : 'It can be left out, and stands in the history.'}
        required={isAsked}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={1000}
        data-autofocus
        value={words}
        error={tried && isAsked ? reasonError(words) : null}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
      />
    </FormDialog>
  );
}
