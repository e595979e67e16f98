import { Button, Group } from '@mantine/core';
import { Failure } from './failure.tsx';

interface Props {
  /** What is read page by page, as an infinite query tells it. */
  readonly pages: {
    readonly error: Error | null;
    readonly isFetchNextPageError: boolean;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}

/** Loads the next page of a list, or says that it could not be loaded; nothing where there is none. */
export function NextPage({ pages }: Props) {
  const load = (): void => void pages.fetchNextPage();
  if (pages.isFetchNextPageError && pages.error !== null) {
    return <Failure title="No more could be loaded" error={pages.error} onRetry={load} />;
  }
  if (!pages.hasNextPage) return null;
  return (
    <Group justify="center" mt="md" className="load-more">
      <Button variant="default" loading={pages.isFetchingNextPage} onClick={load}>
        Load more
      </Button>
    </Group>
  );
}
