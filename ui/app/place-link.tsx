import { Anchor, type AnchorProps } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { go } from './navigation.ts';
import { addressOf, type Place } from './places.ts';

type Props = AnchorProps & {
  readonly to: Exclude<Place, { screen: 'unknown' }>;
  readonly children: ReactNode;
  readonly 'aria-current'?: 'page';
  readonly 'aria-label'?: string;
};

/** A link to a place of these pages. Opening it in a new tab works as for any link. */
export function PlaceLink({ to, children, ...props }: Props) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <Anchor {...props} href={addressOf(to)} onClick={follow}>
      {children}
    </Anchor>
  );
}
