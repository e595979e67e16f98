import { Box, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of the page of a request, with its heading. */
export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        {title}
      </Title>
      {children}
    </Box>
  );
}
