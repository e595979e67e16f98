import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { Inspector } from './inspector.tsx';
import { Outline } from './outline.tsx';
import { ProblemList } from './problem-list.tsx';
import { TestList } from './test-list.tsx';
import { TryIt } from './try-it.tsx';

const PANELS: readonly { readonly value: string; readonly title: string; readonly panel: ReactNode }[] = [
  { value: 'settings', title: 'Settings', panel: <Inspector /> },
  { value: 'try', title: 'Try it', panel: <TryIt /> },
  { value: 'tests', title: 'Tests', panel: <TestList /> },
  { value: 'problems', title: 'Problems', panel: <ProblemList /> },
  { value: 'outline', title: 'Outline', panel: <Outline /> },
];

/** Everything about the drawing that is not drawing. Panels stay as they were left while another is shown. */
export function SidePanel() {
  return (
    <Tabs defaultValue="settings" className="editor-side" keepMounted>
      <Tabs.List>
        {PANELS.map(({ value, title }) => (
          <Tabs.Tab key={value} value={value}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {PANELS.map(({ value, panel }) => (
        <Tabs.Panel key={value} value={value} className="editor-panel">
          {panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
