import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Props = ButtonProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & { readonly ref?: Ref<HTMLAnchorElement> };

function RoutedButton(props: Props) {
  return <Button component="a" {...props} />;
}

/** A link to a screen that looks like a button, since something is begun there. */
export const LinkButton = createLink(RoutedButton);
