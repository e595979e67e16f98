import { Text } from '@mantine/core';
import type { TraceStep } from '../../../policies/decision.ts';
import { inputsOf } from './input-words.ts';

/** What a step went by, as it was recorded: folded in, since its reason says what mattered. */
export function StepInputs({ step, title }: { readonly step: TraceStep; readonly title: string }) {
  const inputs = inputsOf(step);
  if (inputs.length === 0) return null;
  return (
    <details>
      <Text component="summary" size="xs" c="dimmed" aria-label={`What “${title}” went by`}>
        What it went by
      </Text>
      <dl className="step-inputs">
        {inputs.map(({ name, value }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step never changes, and can ask the same twice
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
