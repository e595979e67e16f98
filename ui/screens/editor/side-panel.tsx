import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { usePanelCount } from '../../trying/panel-count.ts';
import { PANELS, type Panel, TryingProvider, useTrying } from '../../trying/trying-context.tsx';
import { Outline } from './canvas/outline.tsx';
import { Inspector } from './inspector/inspector.tsx';
import { ProblemList } from './problem-list.tsx';
import { TestList } from './tests/test-list.tsx';
import { useAskedRecord } from './try-it/asked-record.tsx';
import { TryIt } from './try-it/try-it.tsx';

const CONTENTS: Readonly<Record<Panel, { readonly title: string; readonly panel: ReactNode }>> = {
  settings: { title: 'Settings', panel: <Inspector /> },
  try: { title: 'Try it', panel: <TryIt /> },
  tests: { title: 'Tests', panel: <TestList /> },
  problems: { title: 'Problems', panel: <ProblemList /> },
  outline: { title: 'Outline', panel: <Outline /> },
};

/** Everything about the drawing that is not drawing. Panels stay as they were left while another is shown. */
export function SidePanel() {
  return (
    <TryingProvider>
      <Panels />
    </TryingProvider>
  );
}

function Panels() {
  const panel = useTrying((state) => state.panel);
  const show = useTrying((state) => state.show);
  const list = useRef<HTMLDivElement>(null);
  useAskedRecord();
  const before = useRef(panel);
  useEffect(() => {
    // Who was led here by a button in another panel is here with the keyboard too.
    if (before.current !== panel) list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    before.current = panel;
  }, [panel]);
  return (
    <Tabs
      value={panel}
      onChange={(value) => show(PANELS.find((one) => one === value) ?? panel)}
      className="editor-side"
      keepMounted
    >
      <Tabs.List ref={list}>
        {PANELS.map((value) => (
          <Tabs.Tab key={value} value={value}>
            <Title panel={value} />
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {PANELS.map((value) => (
        <Tabs.Panel key={value} value={value} className="editor-panel">
          {CONTENTS[value].panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Title({ panel }: { readonly panel: Panel }) {
  const count = usePanelCount(panel);
  const { title } = CONTENTS[panel];
  return count === null ? title : `${title} ${count}`;
}
