import { Fieldset, Radio, Stack, TextInput } from '@mantine/core';
import { type ChosenMoment, readMoment } from '../../app/chosen-moment.ts';

/** What is wrong with it, in words; null where nothing is. */
export function momentError(chosen: ChosenMoment): string | null {
  const moment = readMoment(chosen);
  if (!chosen.later || (moment !== null && moment > Date.now())) return null;
  return 'Choose a moment to come: the past keeps its prices.';
}

interface Props {
  readonly legend: string;
  /** What needs no moment: "From now on". */
  readonly atOnce: string;
  /** What needs one: "From a moment to come". */
  readonly later: string;
  /** Name of the field for the moment. */
  readonly moment: string;
  readonly value: ChosenMoment;
  readonly error: string | null;
  readonly onChange: (value: ChosenMoment) => void;
}

/** Whether something happens at once, or when. */
export function MomentChoice({ legend, atOnce, later, moment, value, error, onChange }: Props) {
  return (
    <Fieldset legend={legend} variant="unstyled" styles={{ legend: { fontSize: 14, fontWeight: 600, padding: 0 } }}>
      <Radio.Group
        aria-label={legend}
        value={value.later ? 'later' : 'at once'}
        onChange={(chosen) => onChange({ ...value, later: chosen === 'later' })}
      >
        <Stack gap="xs" mt={4}>
          <Radio value="at once" label={atOnce} />
          <Radio value="later" label={later} />
        </Stack>
      </Radio.Group>
      {value.later ? (
        <TextInput
          mt="sm"
          type="datetime-local"
          label={moment}
          description={`By the clock of this browser (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`}
          value={value.text}
          error={error}
          onChange={({ currentTarget }) => onChange({ ...value, text: currentTarget.value })}
        />
      ) : null}
    </Fieldset>
  );
}
