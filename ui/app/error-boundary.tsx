import { Component, type ReactNode } from 'react';
import { Failure } from './failure.tsx';

interface Props {
  readonly children: ReactNode;
}

/** Shows what went wrong in place of a screen that cannot be drawn, and loads the page again when asked to. */
export class ErrorBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const error = new Error('It may have been updated in the meantime, or the gateway is not running.');
    return <Failure title="This page cannot be shown" error={error} onRetry={() => location.reload()} />;
  }
}
