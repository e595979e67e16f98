import { Tabs } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';
import { type SampleRequest, samplesFor } from './samples.ts';

/** A first request to this gateway in the languages of apps, to be copied. */
export function CodeSamples({ request }: { readonly request: SampleRequest }) {
  const samples = samplesFor(location.origin, request);
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List mb="sm" aria-label="Languages">
        {samples.map(({ id, title }) => (
          <Tabs.Tab key={id} value={id}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {samples.map(({ id, code }) => (
        <Tabs.Panel key={id} value={id}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <pre className="code" tabIndex={0}>
            {code}
          </pre>
          <CopyButton text={code} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
