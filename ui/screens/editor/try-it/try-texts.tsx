import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { findingsOf } from '../../../../policies/decision.ts';
import { FoundPlaces } from '../../../app/found-places.tsx';
import { sayFound } from '../../../app/found-words.ts';
import { changedWords, type TextPart } from '../../../trying/changed-words.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

/** Texts that a node has changed, before and after beside each other. */
export function TryTexts() {
  const tried = useTrying(({ result }) => (result?.kind === 'tried' ? result : null));
  if (tried === null) {
    return (
      <Text size="sm" c="dimmed">
        Nothing has run yet.
      </Text>
    );
  }
  const { simulation, graph } = tried;
  const found = sayFound(simulation.redactions);
  return (
    <>
      <Text size="sm">{found === '' ? 'Nothing was looked for, or nothing was found.' : `Found: ${found}.`}</Text>
      {simulation.decision.trace.flatMap((step) =>
        findingsOf(step).map((result) => (
          <FoundPlaces
            key={step.node}
            result={result}
            title={`Where “${graph.nodes.get(step.node)?.title ?? step.node}” found something`}
          />
        )),
      )}
      {simulation.texts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {found === ''
            ? 'All texts are sent as they came. A redact node takes personal data out of them.'
            : 'It is only reported: all texts are sent as they came.'}
        </Text>
      ) : (
        simulation.texts.map(({ before, after }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same text can stand there twice
          <Pair key={i} before={before} after={after} />
        ))
      )}
    </>
  );
}

function Pair({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(() => changedWords(before, after), [before, after]);
  return (
    <div className="try-texts">
      <Side title="As it came" parts={parts.before} />
      <Side title="As it is sent" parts={parts.after} />
    </div>
  );
}

function Side({ title, parts }: { readonly title: string; readonly parts: readonly TextPart[] }) {
  return (
    <div>
      <Text size="xs" c="dimmed" fw={600}>
        {title}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="try-text" tabIndex={0} aria-label={title}>
        {parts.map(({ text, isChanged }, i) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no other name
          isChanged ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>,
        )}
      </section>
    </div>
  );
}
