import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endRateCard, type RateCard, refreshPrices } from '../../api/prices.ts';
import { AT_ONCE, readMoment } from '../../app/chosen-moment.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { MomentChoice, momentError } from './moment-choice.tsx';
import { sayCard, sayModels, sayPeriod } from './price-words.ts';

/** Ends a rate card, now or at a moment to come; one that has not begun never will. */
export function EndRateCard({ card, onClose }: { readonly card: RateCard; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [end, setEnd] = useState(AT_ONCE);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const errors = { end: momentError(end), reason: reasonError(reason) };
  const ending = useMutation({
    mutationFn: () => endRateCard(card.id, readMoment(end), reason.trim()),
    onSuccess: async () => {
      await refreshPrices(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) ending.mutate();
  };
  const hasBegun = card.from <= Date.now();
  return (
    <FormDialog
      title={`End the rate card of ${card.provider}`}
      act="End the rate card"
      dangerous
      error={ending.error}
      pending={ending.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {sayCard(card.discountBasisPoints)} for {sayModels(card)}, from {sayPeriod(card).from}.{' '}
        {hasBegun
          ? 'Requests after its end cost what the price list says; those before keep their price.'
          : 'It has not begun yet: if it ends now, it never will.'}{' '}
        An ended rate card does not begin again, but another one can be added.
      </Text>
      <MomentChoice
        legend="When does it end?"
        atOnce="Now"
        later="At a moment to come"
        moment="End"
        value={end}
        error={tried ? errors.end : null}
        onChange={setEnd}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
    </FormDialog>
  );
}
