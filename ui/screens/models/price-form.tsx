import { Autocomplete, Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { refreshPrices, setPrice } from '../../api/prices.ts';
import { AT_ONCE, readMoment } from '../../app/chosen-moment.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { MomentChoice, momentError } from './moment-choice.tsx';
import { EMPTY_RATE, RateFields, rateError, readPrice, type TypedRate, typedRates } from './rate-fields.tsx';

interface Props {
  /** Its id; empty where it is still to be said. */
  readonly model: string;
  readonly models: HouseAnswer['models'];
  readonly onClose: () => void;
}

/** Sets the price of a model, from now or from a moment on. */
export function PriceForm({ model: chosen, models, onClose }: Props) {
  const client = useQueryClient();
  const [model, setModel] = useState(chosen);
  const [rates, setRates] = useState<readonly TypedRate[]>(() =>
    typedRates(models.find(({ id }) => id === chosen)?.price ?? null),
  );
  const [from, setFrom] = useState(AT_ONCE);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);

  const price = readPrice(rates);
  const errors = {
    model: /^[^/\s]+\/\S+$/.test(model.trim()) ? null : 'Write it as provider/name, such as upstream/mistral-small.',
    from: momentError(from),
    reason: reasonError(reason),
  };
  const setting = useMutation({
    mutationFn: (right: NonNullable<typeof price>) =>
      setPrice({ model: model.trim(), price: right, effectiveFrom: readMoment(from), reason: reason.trim() }),
    onSuccess: async () => {
      await refreshPrices(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (price && Object.values(errors).every((error) => error === null)) setting.mutate(price);
  };
  const changeRate = (i: number, rate: TypedRate) => setRates(rates.map((one, at) => (at === i ? rate : one)));
  return (
    <FormDialog
      title={chosen === '' ? 'Set a price' : `Price of ${chosen}`}
      act="Set the price"
      size="lg"
      error={setting.error}
      pending={setting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {chosen === '' ? (
        <Autocomplete
          label="Model"
          description="Also one that is not listed, if a provider serves it."
          required
          data-autofocus
          data={models.map(({ id }) => id)}
          limit={30}
          value={model}
          error={tried ? errors.model : null}
          onChange={setModel}
        />
      ) : null}
      {rates.map((rate, i) => (
        <RateFields
          // biome-ignore lint/suspicious/noArrayIndexKey: rates have no name but their place
          key={i}
          first={i === 0}
          rate={rate}
          error={tried ? rateError(rates, i) : null}
          onChange={(next) => changeRate(i, next)}
          onRemove={() => setRates(rates.filter((_, at) => at !== i))}
        />
      ))}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setRates([...rates, { ...EMPTY_RATE, above: '' }])}
        >
          Another price for long inputs
        </Button>
      </Group>
      <MomentChoice
        legend="From when on"
        atOnce="From now on"
        later="From a moment to come"
        moment="Moment"
        value={from}
        error={tried ? errors.from : null}
        onChange={setFrom}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
      <Text size="sm" c="dimmed">
        Requests that were made before keep the price of their time. A price that was set can be followed by another,
        and never taken back.
      </Text>
    </FormDialog>
  );
}
