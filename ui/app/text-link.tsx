import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Props = AnchorProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & { readonly ref?: Ref<HTMLAnchorElement> };

/** As large as the text around it, unless a size is asked for. */
function RoutedAnchor(props: Props) {
  return <Anchor inherit={props.size === undefined} {...props} />;
}

/** A link to a screen, by its route: `<TextLink to="/policies/$policy" params={{ policy }}>`. */
export const TextLink = createLink(RoutedAnchor);
