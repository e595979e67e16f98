import { Box, Group, Stack, Text } from '@mantine/core';
import { findingsOf, type TraceStep } from '../../../policies/decision.ts';
import { isMandatory } from '../../../policies/mandatory.ts';
import { FoundPlaces } from '../../app/found-places.tsx';
import { type NodeNames, sayStep } from './node-names.ts';
import { StepInputs } from './step-inputs.tsx';

interface Props {
  readonly trace: readonly TraceStep[];
  readonly names: NodeNames;
  /** By id of the node, what is different there from another way, to be marked. */
  readonly differences?: ReadonlyMap<string, string>;
}

/** The way of a request, step by step, each with its reason and what it went by. */
export function Steps({ trace, names, differences }: Props) {
  if (trace.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The request did not reach a policy.
      </Text>
    );
  }
  return (
    <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {trace.map((step, i) => (
        <Group component="li" key={step.node} gap="sm" wrap="nowrap" align="flex-start">
          <span className="step-number">{i + 1}</span>
          <Box>
            <Text size="sm" fw={600}>
              {sayStep(names, step)} <Difference words={differences?.get(step.node)} />
              {isMandatory(step.node) ? (
                <Text span size="xs" c="dimmed" fw={400}>
                  {' '}
                  in the organisation’s own policy
                </Text>
              ) : null}
            </Text>
            <Text size="sm" c="dimmed">
              {step.reason}
            </Text>
            {findingsOf(step).map((result) => (
              <FoundPlaces
                key={result.rules}
                result={result}
                title={`Where “${names.title(step.node)}” found something`}
              />
            ))}
            <StepInputs step={step} title={names.title(step.node)} />
          </Box>
        </Group>
      ))}
    </Stack>
  );
}

function Difference({ words }: { readonly words: string | undefined }) {
  return words === undefined ? null : <span className="step-elsewhere">{words}</span>;
}
