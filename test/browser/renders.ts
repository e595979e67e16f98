/** Counts which nodes and edges React draws again, by the hook that its own tools use; it works in the built pages as they are. */
import type { Page } from 'playwright-core';

/** To be called before the page is opened. */
export async function countRenders(page: Page): Promise<void> {
  await page.addInitScript(`
    const renders = new Map();
    globalThis.canvasRenders = renders;
    const PERFORMED_WORK = 1;
    const walk = (fiber) => {
      for (let child = fiber.child; child; child = child.sibling) {
        const old = child.alternate;
        const props = child.memoizedProps;
        // The frames around them, and what is drawn in them: both have the id of the node or the edge.
        const isFunction = typeof child.type === 'function';
        const isElement = isFunction && props && props.id && (props.nodeTypes || props.edgeTypes || props.data);
        if (isElement && (child.flags & PERFORMED_WORK) !== 0) renders.set(props.id, (renders.get(props.id) ?? 0) + 1);
        // What was not reached by this commit is the very child that was there before.
        if (!old || old.child !== child.child) walk(child);
      }
    };
    globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
      isDisabled: false,
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      checkDCE: () => undefined,
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
      onCommitFiberRoot: (_, root) => walk(root.current),
    };
  `);
}

/** How often each node and edge was drawn since the last time this was asked. */
export async function rendersOf(page: Page): Promise<Map<string, number>> {
  const entries = await page.evaluate<[string, number][]>(
    '(() => { const all = [...globalThis.canvasRenders]; globalThis.canvasRenders.clear(); return all; })()',
  );
  return new Map(entries);
}
