import { List, Text } from '@mantine/core';
import type { RedactResult } from '../../policies/effects.ts';
import { sayWhere } from './found-words.ts';
import { plural } from './words.ts';

/** Lines that are shown at once; the others are folded in. */
const SHOWN = 6;

/** In which parts of a request something was found; nothing where nothing was. */
export function FoundPlaces({ result, title }: { readonly result: RedactResult; readonly title: string }) {
  const lines = sayWhere(result);
  if (lines === null) {
    return (
      <Text size="xs" c="dimmed">
        Where it was found is not in this record: it is older than that was kept.
      </Text>
    );
  }
  if (lines.length === 0) return null;
  const folded = lines.length > SHOWN + 1 ? lines.slice(SHOWN) : [];
  return (
    <>
      <Lines lines={lines.slice(0, lines.length - folded.length)} title={title} />
      {folded.length === 0 ? null : (
        <details>
          <Text component="summary" size="xs" c="dimmed">
            And in {plural((result.places?.length ?? 0) + (result.further?.places ?? 0) - SHOWN, 'more place')}
          </Text>
          <Lines lines={folded} title={`${title}, further places`} />
        </details>
      )}
    </>
  );
}

function Lines({ lines, title }: { readonly lines: readonly string[]; readonly title: string }) {
  return (
    <List size="sm" aria-label={title}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}
