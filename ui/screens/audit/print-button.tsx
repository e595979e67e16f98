import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';

/** Opens the browser's dialog for printing. */
export function PrintButton() {
  return (
    <Button
      className="audit-screen-only"
      variant="default"
      leftSection={<IconPrinter size={18} aria-hidden />}
      onClick={() => window.print()}
    >
      Print
    </Button>
  );
}
