import './editor.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { type Draft, draftQuery } from '../../api/drafts.ts';
import { houseQuery } from '../../api/house.ts';
import { type Policy, policyQuery } from '../../api/policies.ts';
import { useMayChange } from '../../api/session.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { createEditing } from '../../editing/document.ts';
import { EditingProvider } from '../../editing/editing-context.tsx';
import { type House, houseOf } from '../../editing/house.ts';
import { CanvasTools } from './canvas-tools.tsx';
import { EditableDrawing } from './editable-drawing.tsx';
import { Palette } from './palette.tsx';
import { Publish } from './publish.tsx';
import { Saving } from './saving.tsx';
import { SidePanel } from './side-panel.tsx';

const route = getRouteApi('/policies/$policy/edit');

/** The draft of a policy, to be drawn on, tried out and published. */
export function Editor() {
  const { policy: id } = route.useParams();
  const policy = useQuery(policyQuery(id));
  const draft = useQuery(draftQuery(id));
  const house = useQuery({ ...houseQuery, select: houseOf });
  const error = policy.error ?? draft.error ?? house.error;
  if (policy.data && draft.data && house.data) {
    return <Workbench key={id} policy={policy.data} draft={draft.data} house={house.data} />;
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

interface Props {
  readonly policy: Policy;
  readonly draft: Draft;
  readonly house: House;
}

function Workbench({ policy, draft, house }: Props) {
  const { graph, layout, tests } = draft;
  const [editing] = useState(() => createEditing({ graph, layout, tests }));
  const mayChange = useMayChange();
  return (
    <EditingProvider shared={{ editing, policy, house, mayChange }}>
      <Screen
        title={policy.title}
        aside={
          <div className="editor-tools">
            <CanvasTools />
            <Saving draft={draft} />
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
    </EditingProvider>
  );
}
