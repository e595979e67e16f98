import './try-it.css';
import { Accordion, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTrying } from '../../../trying/trying-context.tsx';
import { useTrialRunner } from '../../../trying/use-trial-runner.ts';
import { AskedRecordState } from './asked-record.tsx';
import { TryCompare } from './try-compare.tsx';
import { TryOutcome } from './try-outcome.tsx';
import { TryOutside } from './try-outside.tsx';
import { TryRequest } from './try-request.tsx';
import { TrySource } from './try-source.tsx';
import { TrySteps } from './try-steps.tsx';
import { TryTagsAtEnd } from './try-tags-at-end.tsx';
import { TryTexts } from './try-texts.tsx';

/** A request tried on the drawing as it stands. Nothing of it is there before it is first looked at. */
export function TryIt() {
  const isShown = useTrying((state) => state.panel === 'try');
  const [wasShown, setWasShown] = useState(false);
  if (isShown && !wasShown) setWasShown(true);
  if (!wasShown) return null;
  return (
    <>
      <Runner isShown={isShown} />
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Runs here in the browser on what is drawn. No model is called, and nothing is charged.
        </Text>
        <AskedRecordState />
        <TrySource />
        <TryOutcome />
        <Accordion multiple order={3} variant="separated" defaultValue={['request', 'way']} className="try-parts">
          <Part value="request" title="The request">
            <TryRequest />
          </Part>
          <Part value="outside" title="What the outside answers">
            <TryOutside />
          </Part>
          <Part value="way" title="The way, step by step">
            <TrySteps />
          </Part>
          <Part value="texts" title="Texts before and after">
            <TryTexts />
          </Part>
          <Part value="tags" title="Tags at the end">
            <TryTagsAtEnd />
          </Part>
          <Part value="live" title="Compared with the live version">
            <TryCompare />
          </Part>
        </Accordion>
      </Stack>
    </>
  );
}

/** Drawn again with every letter, and draws nothing. */
function Runner({ isShown }: { readonly isShown: boolean }) {
  useTrialRunner(isShown);
  return null;
}

function Part({
  value,
  title,
  children,
}: {
  readonly value: string;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>{title}</Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}
