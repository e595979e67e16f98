import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Props = AnchorProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & { readonly ref?: Ref<HTMLAnchorElement> };

function RoutedAnchor(props: Props) {
  return <Anchor {...props} />;
}

/** A link to a screen, by its route: `<TextLink to="/policies/$policy" params={{ policy }}>`. */
export const TextLink = createLink(RoutedAnchor);
