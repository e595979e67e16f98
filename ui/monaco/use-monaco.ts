import { useComputedColorScheme } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

const monacoQuery = queryOptions({
  queryKey: ['text editor'],
  queryFn: () => import('./monaco.ts'),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
  structuralSharing: false,
});

/** The text editor in the colours of the page, or that it is loading, or why it cannot be had. */
export function useMonaco() {
  const scheme = useComputedColorScheme('light');
  const { data: monaco, error, refetch } = useQuery(monacoQuery);
  useEffect(() => {
    monaco?.editor.setTheme(`signalbox-${scheme}`);
  }, [monaco, scheme]);
  return { monaco, error, retry: refetch };
}

/** What every editor of these pages has. Tab leaves it, so that nobody is kept in. */
export const EDITOR_OPTIONS = {
  automaticLayout: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  fontSize: 13,
  lineNumbersMinChars: 3,
  tabSize: 2,
  tabFocusMode: true,
  wordWrap: 'on',
  fixedOverflowWidgets: true,
  renderLineHighlight: 'none',
  scrollbar: { alwaysConsumeMouseWheel: false },
} as const;
