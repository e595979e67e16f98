import { Group, NativeSelect, Radio, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createRateCard, type PriceInForce, refreshPrices } from '../../api/prices.ts';
import { AT_ONCE, readMoment } from '../../app/chosen-moment.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { CardPreview } from './card-preview.tsx';
import { MomentChoice, momentError } from './moment-choice.tsx';

interface Props {
  /** Names of the configured providers. */
  readonly providers: readonly string[];
  readonly prices: ReadonlyMap<string, PriceInForce>;
  readonly onClose: () => void;
}

/** Hundredths of a percent of "15" or "2.5"; null for anything else. */
function readPercent(text: string): number | null {
  const [, whole, part = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const basisPoints = Number(whole + part.padEnd(2, '0'));
  return basisPoints <= 10_000 ? basisPoints : null;
}

/** Adds a rate card, and shows what it does to the prices of three models. */
export function RateCardForm({ providers, prices, onClose }: Props) {
  const client = useQueryClient();
  const [provider, setProvider] = useState(providers[0] ?? '');
  const [all, setAll] = useState(true);
  const [models, setModels] = useState<string[]>([]);
  const [kind, setKind] = useState<'off' | 'on top'>('off');
  const [percent, setPercent] = useState('');
  const [from, setFrom] = useState(AT_ONCE);
  const [until, setUntil] = useState(AT_ONCE);
  const [note, setNote] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);

  const share = readPercent(percent);
  const basisPoints = share === null || share === 0 ? null : kind === 'off' ? share : -share;
  const chosen = all ? null : models;
  const begin = readMoment(from) ?? Date.now();
  const end = readMoment(until);
  const errors = {
    models: all || models.length > 0 ? null : 'Name at least one model, then press Enter.',
    percent: basisPoints === null ? 'Write a share above 0 and up to 100, such as 15 or 2.5.' : null,
    from: momentError(from),
    until:
      momentError(until) ?? (end !== null && end <= begin ? 'It ends after it has begun: choose a later one.' : null),
    reason: reasonError(reason),
  };
  const making = useMutation({
    mutationFn: (discountBasisPoints: number) =>
      createRateCard({
        provider,
        models: chosen,
        discountBasisPoints,
        from: readMoment(from),
        until: end,
        note: note.trim(),
        reason: reason.trim(),
      }),
    onSuccess: async () => {
      await refreshPrices(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (basisPoints !== null && Object.values(errors).every((error) => error === null)) making.mutate(basisPoints);
  };
  const names = [...prices.keys()].flatMap((id) =>
    id.startsWith(`${provider}/`) ? id.slice(provider.length + 1) : [],
  );
  return (
    <FormDialog
      title="Add a rate card"
      act="Add the rate card"
      size="lg"
      error={making.error}
      pending={making.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        label="Provider"
        required
        data-autofocus
        value={provider}
        data={[...providers]}
        onChange={({ currentTarget }) => setProvider(currentTarget.value)}
      />
      <Radio.Group label="For" value={all ? 'all' : 'some'} onChange={(value) => setAll(value === 'all')}>
        <Stack gap="xs" mt={4}>
          <Radio value="all" label="All models of the provider" />
          <Radio value="some" label="Some models" />
        </Stack>
      </Radio.Group>
      {all ? null : (
        <TagsInput
          label="Models"
          description="Names as the provider writes them; * stands for anything: gpt-5* is every name that begins so."
          required
          data={names}
          acceptValueOnBlur
          value={models}
          error={tried ? errors.models : null}
          onChange={(values) => setModels(values.map((value) => value.trim()))}
        />
      )}
      <Group grow align="flex-start">
        <NativeSelect
          label="What it does"
          value={kind}
          data={[
            { value: 'off', label: 'takes something off' },
            { value: 'on top', label: 'adds something' },
          ]}
          onChange={({ currentTarget }) => setKind(currentTarget.value === 'off' ? 'off' : 'on top')}
        />
        <TextInput
          label="Percent of the list price"
          required
          inputMode="decimal"
          rightSection="%"
          value={percent}
          error={tried ? errors.percent : null}
          onChange={({ currentTarget }) => setPercent(currentTarget.value)}
        />
      </Group>
      {basisPoints === null ? null : (
        <CardPreview provider={provider} models={chosen} basisPoints={basisPoints} prices={prices} />
      )}
      <Group grow align="flex-start">
        <MomentChoice
          legend="From when on"
          atOnce="From now on"
          later="From a moment to come"
          moment="Begin"
          value={from}
          error={tried ? errors.from : null}
          onChange={setFrom}
        />
        <MomentChoice
          legend="Until when"
          atOnce="Until somebody ends it"
          later="Until a moment to come"
          moment="End"
          value={until}
          error={tried ? errors.until : null}
          onChange={setUntil}
        />
      </Group>
      <TextInput
        label="Note"
        description="Such as the number of the contract."
        maxLength={1000}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
      <Text size="sm" c="dimmed">
        Where two rate cards are in force for a model, the one that began last counts.
      </Text>
    </FormDialog>
  );
}
