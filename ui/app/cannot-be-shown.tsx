import { Failure } from './failure.tsx';

/** What stands in place of a screen that cannot be drawn. */
export function CannotBeShown() {
  const error = new Error('It may have been updated in the meantime, or the gateway is not running.');
  return <Failure title="This page cannot be shown" error={error} onRetry={() => location.reload()} />;
}
