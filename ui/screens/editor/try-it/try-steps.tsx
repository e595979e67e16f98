import { Anchor, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useId } from 'react';
import type { TraceStep } from '../../../../policies/decision.ts';
import type { StepExplanation } from '../../../../policies/explain.ts';
import { INTO } from '../../../../policies/kinds/policy/policy.ts';
import { asDrawn, isMandatory } from '../../../../policies/mandatory.ts';
import { describeNode } from '../../../canvas/describe.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { casesOf, type Truth } from '../../../trying/truths.ts';
import type { Tried } from '../../../trying/try-out.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { useCanvas } from '../canvas/canvas-context.tsx';

/** The way of the request: each node, the port by which it was left, and why. */
export function TrySteps() {
  const result = useTrying((state) => state.result);
  if (result?.kind !== 'tried') {
    return (
      <Text size="sm" c="dimmed">
        The way is shown here as soon as the request runs.
      </Text>
    );
  }
  const { decision, explanations } = result.simulation;
  const explained = new Map(explanations.map((one) => [one.node, one]));
  return (
    <>
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
        {decision.trace.map((step, i) => (
          <Step key={step.node} step={step} number={i + 1} tried={result} explanation={explained.get(step.node)} />
        ))}
      </Stack>
      {explanations.length > 0 && explanations.every(({ agree }) => agree) ? (
        <Text size="xs" c="dimmed" mt="sm">
          Checked twice: the rules library comes to the same end at{' '}
          {explanations.length === 1 ? 'the node' : 'each node'} with conditions.
        </Text>
      ) : null}
    </>
  );
}

interface StepProps {
  readonly step: TraceStep;
  readonly number: number;
  readonly tried: Tried;
  readonly explanation: StepExplanation | undefined;
}

function Step({ step, number, tried, explanation }: StepProps) {
  const { node: id, port, reason } = step;
  const { house } = useEditor();
  const { actions } = useCanvas();
  const isBefore = isMandatory(id);
  const drawn = isBefore ? (house.before?.graph ?? tried.drawn) : tried.drawn;
  const node = drawn.nodes.find((one) => one.id === asDrawn(step).node);
  const words = node ? describeNode(node, drawn.edges, house.budgetNames) : null;
  const label = words?.ports.find(({ name }) => name === port)?.label ?? port;
  const title = words?.title ?? id;
  const hasConditions = (tried.graph.nodes.get(id)?.conditions ?? []).length > 0;
  return (
    <li className="try-step">
      <span className="try-number" aria-hidden>
        {number}
      </span>
      <div>
        {isBefore ? (
          <Text span size="sm" fw={600}>
            {title}
          </Text>
        ) : (
          <Anchor
            component="button"
            type="button"
            size="sm"
            fw={600}
            ta="left"
            aria-label={`Show ${title} on the drawing`}
            onClick={() => actions.show([id])}
          >
            {title}
          </Anchor>
        )}
        {label === null || port === 'next' || port === INTO ? null : (
          <Text span size="sm" fw={600}>
            {' '}
            → {label}
          </Text>
        )}
        {isBefore ? (
          <Text size="xs" c="dimmed">
            In “{house.before?.title}”, which runs before this policy
          </Text>
        ) : null}
        <Text size="sm" className="try-reason">
          {reason}
        </Text>
        {explanation ? (
          <Cases explanation={explanation} tried={tried} ports={words?.ports ?? []} title={title} />
        ) : hasConditions ? (
          <Text size="xs" c="dimmed">
            Its conditions cannot be shown part by part: the texts were changed on the way, and it had not read all of
            them.
          </Text>
        ) : null}
      </div>
    </li>
  );
}

interface CasesProps {
  readonly explanation: StepExplanation;
  readonly tried: Tried;
  readonly ports: readonly { readonly name: string; readonly label: string }[];
  readonly title: string;
}

/** The conditions of a step, opened by a button: which of them held, part by part. */
function Cases({ explanation, tried, ports, title }: CasesProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const cases = casesOf(explanation, tried.graph.nodes.get(explanation.node)?.conditions ?? []);
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="xs"
        aria-expanded={isOpen}
        aria-controls={id}
        aria-label={`${isOpen ? 'Hide' : 'Show'} the conditions of ${title}`}
        onClick={toggle}
      >
        {isOpen ? 'Hide the conditions' : 'Show the conditions'}
      </Anchor>
      <Collapse expanded={isOpen} id={id}>
        <ul className="try-truths">
          {cases.map(({ port, truth }) => (
            <li key={port}>
              <Text size="xs" c="dimmed">
                {ports.find(({ name }) => name === port)?.label ?? port}
              </Text>
              <ul className="try-truths">
                <Part truth={truth} />
              </ul>
            </li>
          ))}
        </ul>
      </Collapse>
    </>
  );
}

function Part({ truth: { holds, words, found, parts } }: { readonly truth: Truth }) {
  return (
    <li>
      <span className="try-truth" data-holds={holds}>
        {holds ? <IconCheck size={15} aria-label="Holds" /> : <IconX size={15} aria-label="Does not hold" />}
        <span>
          {words}
          {found === null ? null : <span className="try-found"> (found: {found})</span>}
        </span>
      </span>
      {parts.length === 0 ? null : (
        <ul className="try-truths">
          {parts.map((part, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a condition have no other name
            <Part key={i} truth={part} />
          ))}
        </ul>
      )}
    </li>
  );
}
