import { Slider, Text } from '@mantine/core';

interface Props {
  /** What is set and how it stands, such as "Spent: $5.00 of $10.00". */
  readonly words: string;
  /** Its name for those who do not see it. */
  readonly name: string;
  /** In percent. */
  readonly value: number;
  readonly onChange: (percent: number) => void;
}

const ENDS = [{ value: 0 }, { value: 100 }];

/** A share from nothing to all. */
export function TrySlider({ words, name, value, onChange }: Props) {
  return (
    <div>
      <Text size="sm">{words}</Text>
      <Slider
        mt={4}
        thumbLabel={name}
        label={(percent) => `${Math.round(percent)} %`}
        min={0}
        max={100}
        marks={ENDS}
        value={Math.min(100, value)}
        onChange={onChange}
      />
    </div>
  );
}
