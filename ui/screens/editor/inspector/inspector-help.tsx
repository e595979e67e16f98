import { Anchor, Collapse } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { HelpText } from '../../../form/help-text.tsx';

/** The help beside the code of each kind, by its place there. */
const TEXTS = import.meta.glob<string>('../../../../policies/kinds/*/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The help of a kind, opened by a button. */
export function KindHelp({ kind, title }: { readonly kind: string; readonly title: string }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const text = TEXTS[`../../../../policies/kinds/${kind}/${kind}.md`];
  if (text === undefined) return null;
  return (
    <section>
      <Anchor component="button" type="button" size="sm" aria-expanded={isOpen} aria-controls={id} onClick={toggle}>
        {isOpen ? `Hide the help on ${title}` : `Help on ${title}`}
      </Anchor>
      <Collapse expanded={isOpen} id={id} mt="sm">
        {isOpen ? <HelpText text={text} /> : null}
      </Collapse>
    </section>
  );
}
