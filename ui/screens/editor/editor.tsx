import './editor.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { memo, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { type Draft, draftQuery, saveDraft, waitForSave } from '../../api/drafts.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMayIn } from '../../api/may.ts';
import { policyQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { createEditing, type Editing, type PolicyDocument } from '../../editing/document.ts';
import { EditingProvider, useEditor } from '../../editing/editing-context.tsx';
import { useHouseFor } from '../../editing/house-for.ts';
import { keptOf, sameDocument } from '../../editing/kept.ts';
import { createSaver, type Saver } from '../../editing/saver.ts';
import { CanvasProvider } from './canvas/canvas-context.tsx';
import { CanvasTools } from './canvas/canvas-tools.tsx';
import { EditableDrawing } from './canvas/editable-drawing.tsx';
import { Palette } from './canvas/palette.tsx';
import { Publish } from './publish/publish.tsx';
import { Saving } from './saving.tsx';
import { SidePanel } from './side-panel.tsx';

const route = getRouteApi('/policies/$policy/edit');

/** The draft of a policy, to be drawn on, tried out and published. */
export function Editor() {
  const { policy: id } = route.useParams();
  const policy = useQuery(policyQuery(id));
  const draft = useQuery(draftQuery(id));
  const house = useQuery(houseQuery);
  const error = policy.error ?? draft.error ?? house.error;
  if (policy.data && draft.data && house.data) {
    return <Workbench key={id} policy={policy.data} draft={draft.data} answer={house.data} />;
  }
  const retry = () => Promise.all([policy.refetch(), draft.refetch(), house.refetch()]);
  return (
    <Screen title="Policy">
      {error ? (
        <Failure title="The policy could not be opened" error={error} onRetry={retry}>
          <TextLink to="/policies">All policies</TextLink>
        </Failure>
      ) : (
        <Waiting what="the draft" />
      )}
    </Screen>
  );
}

/** What was drawn on this page before and could not be saved goes on from where it was. */
function startEditing(
  policy: string,
  draft: Draft,
  node: string | undefined,
): { editing: Editing; saver: Saver; restored: boolean } {
  const { graph, layout, tests, revision } = draft;
  const saved = { graph, layout, tests };
  const kept = keptOf(localStorage, policy);
  const restored = kept !== null && !sameDocument(kept.document, saved);
  const editing = createEditing(restored ? kept.document : saved);
  if (node !== undefined && draft.graph.nodes.some(({ id }) => id === node)) editing.getState().select([node]);
  const save = (document: PolicyDocument & { revision: number }) => saveDraft(policy, document);
  // On a revision that is not the server's any more, the first save finds the conflict.
  const from = restored ? kept.revision : revision;
  return {
    editing,
    restored,
    saver: createSaver({ editing, policy, saved, revision: from, save, shelf: localStorage }),
  };
}

interface Props {
  readonly policy: Policy;
  readonly draft: Draft;
  readonly answer: HouseAnswer;
}

function Workbench({ policy, draft, answer }: Props) {
  const { node } = route.useSearch();
  const [{ editing, saver, restored }] = useState(() => startEditing(policy.id, draft, node));
  const mayChange = useMayIn()('draft policy', { project: policy.project, policy: policy.id });
  const house = useHouseFor(useDeferredValue(useStore(editing, (state) => state.document.graph)), answer, policy);
  useEffect(() => {
    if (!mayChange) return;
    saver.open();
    return () => waitForSave(policy.id, saver.close());
  }, [saver, policy.id, mayChange]);
  // It follows each change of the graph: nothing under it is drawn again for that alone.
  const shared = useMemo(
    () => ({ editing, policy, house, mayChange, saver }),
    [editing, policy, house, mayChange, saver],
  );
  return (
    <EditingProvider shared={shared}>
      <Bench restored={restored} />
    </EditingProvider>
  );
}

const Bench = memo(function Bench({ restored }: { readonly restored: boolean }) {
  const { policy, mayChange } = useEditor();
  return (
    <CanvasProvider>
      <Screen
        title={policy.title}
        aside={
          <div className="editor-tools">
            <CanvasTools />
            {mayChange ? <Saving restored={restored} /> : null}
            <Publish />
          </div>
        }
      >
        <div className="editor">
          {mayChange ? <Palette /> : null}
          <EditableDrawing />
          <SidePanel />
        </div>
      </Screen>
    </CanvasProvider>
  );
});
