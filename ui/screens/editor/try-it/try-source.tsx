import { Button, Group, Select, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PolicyTest } from '../../../../policies/policy-test.ts';
import { useMay } from '../../../api/may.ts';
import { pastRequestQuery, type RecordSummary, recordsQuery } from '../../../api/records.ts';
import { Failure } from '../../../app/failure.tsx';
import { STATUS_WORDS } from '../../../app/status-words.ts';
import { Waiting } from '../../../app/waiting.tsx';
import { sayAgo } from '../../../app/words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { asksOf } from '../../../trying/asks.ts';
import { emptyTrial, trialOfReady } from '../../../trying/first-trial.ts';
import { trialOfRecord } from '../../../trying/past-trial.ts';
import { READY_TRIALS } from '../../../trying/ready-trials.ts';
import { shippedPolicy } from '../../../trying/shipped-policies.ts';
import { samplesFor } from '../../../trying/shipped-samples.ts';
import { trialOfTest } from '../../../trying/trial.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

/** As many past requests are offered of this policy, and of others. */
const MOST_PAST = 15;

/** Chooses what to try: a ready request, a test, a sample that came with the policy, or a request of the past. */
export function TrySource() {
  const { editing, policy, house } = useEditor();
  const client = useQueryClient();
  const mayRead = useMay()('read content');
  const tests = useEditing(({ document }) => document.tests);
  const source = useTrying(({ trial }) => trial.source);
  const name = useTrying(({ trial }) => trial.name);
  const isChanged = useTrying(({ trial }) => trial.isChanged);
  const notes = useTrying(({ trial }) => trial.notes);
  const begin = useTrying((state) => state.begin);
  const [loading, setLoading] = useState<string | null>(null);
  const [failure, setFailure] = useState<{ readonly value: string; readonly error: Error } | null>(null);

  const samples = useQuery({
    queryKey: ['shipped samples', policy.name],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const shipped = await shippedPolicy(policy.name);
      return shipped ? samplesFor(editing.getState().document.graph, shipped) : [];
    },
  });
  const ours = useInfiniteQuery(recordsQuery({ policy: policy.id }));
  const all = useInfiniteQuery(recordsQuery({}));
  const past = (ours.data?.pages[0]?.records ?? []).slice(0, MOST_PAST);
  const others = (all.data?.pages[0]?.records ?? []).filter((one) => one.policy !== policy.id).slice(0, MOST_PAST);
  const now = Date.now();

  const groups = [
    { group: 'Tests of this policy', items: tests.map((test) => itemOf('test', test)) },
    { group: 'Samples of this policy', items: (samples.data ?? []).map((test) => itemOf('sample', test)) },
    {
      group: 'Ready to try',
      items: [
        ...READY_TRIALS.map((one) => ({ value: `ready ${one.id}`, label: one.name })),
        { value: 'ready empty', label: 'A request of your own' },
      ],
    },
    { group: 'Past requests of this policy', items: past.map((one) => pastItem(one, now)) },
    { group: 'Past requests of others', items: others.map((one) => pastItem(one, now)) },
  ].filter(({ items }) => items.length > 0);
  const isOffered = groups.some(({ items }) => items.some(({ value }) => value === source));
  const details = new Map([...past, ...others].map((one) => [`record ${one.id}`, sayRecord(one)]));

  const choose = async (value: string): Promise<void> => {
    setFailure(null);
    const [kind, id = ''] = value.split(' ', 2);
    const budgets = asksOf(editing.getState().document.graph).budgets;
    const kept = (kind === 'test' ? tests : (samples.data ?? [])).find((one) => one.id === id);
    if ((kind === 'test' || kind === 'sample') && kept) {
      begin({ ...trialOfTest(kept, budgets), source: value });
    } else if (kind === 'ready') {
      const ready = READY_TRIALS.find((one) => one.id === id);
      begin(ready ? trialOfReady(ready, house, policy.id) : emptyTrial(house, policy.id));
    } else if (kind === 'record') {
      setLoading(value);
      try {
        const past = await client.fetchQuery(pastRequestQuery(id, mayRead));
        begin(trialOfRecord(past, labelOfPast(past.record, Date.now()), house.answer.keys));
      } catch (error) {
        setFailure({ value, error: error instanceof Error ? error : new Error(String(error)) });
      } finally {
        setLoading(null);
      }
    }
  };
  const listFailure = ours.error ?? all.error;
  return (
    <div>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select
          flex={1}
          label="Request to try"
          searchable
          allowDeselect={false}
          maxDropdownHeight={360}
          nothingFoundMessage="No request is called that. Choose “A request of your own” and write one."
          data={isOffered ? groups : [{ group: 'Chosen', items: [{ value: source, label: name }] }, ...groups]}
          value={source}
          onChange={(value) => value !== null && void choose(value)}
          renderOption={({ option }) => (
            <div>
              <Text size="sm">{option.label}</Text>
              {details.has(option.value) ? (
                <Text size="xs" c="dimmed">
                  {details.get(option.value)}
                </Text>
              ) : null}
            </div>
          )}
        />
        {isChanged ? (
          <Button variant="default" onClick={() => void choose(source)}>
            Begin again
          </Button>
        ) : null}
      </Group>
      {isChanged ? (
        <Text size="xs" c="dimmed" mt={4}>
          Changed since it was chosen.
        </Text>
      ) : null}
      {notes.map((note) => (
        <Text key={note} size="sm" mt={6}>
          {note}
        </Text>
      ))}
      {loading ? <Waiting what="the request" /> : null}
      {failure ? (
        <Failure
          title="The request could not be loaded"
          error={failure.error}
          onRetry={() => void choose(failure.value)}
        />
      ) : null}
      {listFailure ? (
        <Failure
          title="Past requests could not be listed"
          error={listFailure}
          onRetry={() => void Promise.all([ours.refetch(), all.refetch()])}
        />
      ) : all.data && past.length + others.length === 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          Requests of apps can be tried again here, as soon as some have come.
        </Text>
      ) : null}
    </div>
  );
}

const itemOf = (kind: 'test' | 'sample', { id, name }: PolicyTest) => ({ value: `${kind} ${id}`, label: name });

const pastItem = (record: RecordSummary, now: number) => ({
  value: `record ${record.id}`,
  label: labelOfPast(record, now),
});

/** "For sandbox/large, 5 minutes ago". */
export const labelOfPast = (record: Pick<RecordSummary, 'at' | 'requestedModel'>, now: number): string =>
  `For ${record.requestedModel}, ${sayAgo(record.at, now)}`;

/** "Answered; team=search, usage=vibing". */
function sayRecord({ status, tags }: RecordSummary): string {
  const said = Object.entries(tags).map(([name, { value }]) => `${name}=${value}`);
  return [STATUS_WORDS[status], ...(said.length > 0 ? [said.join(', ')] : [])].join('; ');
}
