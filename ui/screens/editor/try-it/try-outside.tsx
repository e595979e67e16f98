import { NativeSelect, Radio, Stack, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';
import { CALL_FAILURES } from '../../../../policies/effects.ts';
import { FAILURE_WORDS } from '../../../../policies/kinds/model/failure-words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { type Asks, asksBehind } from '../../../trying/asks.ts';
import type { Tried } from '../../../trying/try-out.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { BudgetUse } from './try-budget-use.tsx';
import { ModelMeasured } from './try-measured.tsx';
import { TrySlider } from './try-slider.tsx';

/** What budgets, models and the classifier would say, where that is to be another than it is now. */
export function TryOutside() {
  const { house } = useEditor();
  const graph = useEditing(({ document }) => document.graph);
  const before = house.before?.graph ?? null;
  const asks = useMemo(() => asksBehind(graph, before), [graph, before]);
  const asked = useTrying(({ trial }) => trial.model);
  const down = useTrying(({ trial }) => trial.outside.down);
  const idsOf = (name: string) => house.check.models(name === 'asked' ? asked.trim() : name)?.id ?? [];
  const models = new Set([...asks.models.flatMap(idsOf), ...Object.keys(down)]);
  const measured = new Set(asks.measured.flatMap(idsOf));
  const others = asks.throttles.length + asks.splits.length + asks.caches.length;
  if (asks.budgets.length + others + models.size === 0 && !asks.classifies) {
    return (
      <Text size="sm" c="dimmed">
        This drawing asks nothing of the outside yet: add a budget, a model or a classifier to it.
      </Text>
    );
  }
  return (
    <Stack gap="lg">
      {asks.budgets.map((id) => (
        <BudgetUse key={id} id={id} />
      ))}
      {asks.throttles.map((one) => (
        <ThrottleUse key={one.id} {...one} />
      ))}
      {asks.splits.map((one) => (
        <VariantDrawn key={one.id} {...one} />
      ))}
      {asks.caches.map((one) => (
        <AnswerKept key={one.id} {...one} />
      ))}
      {models.size > 0 ? (
        <Stack gap="xs" role="group" aria-label="Models">
          <Text size="sm" fw={600}>
            Models
          </Text>
          {[...models].map((id) => (
            <ModelAnswer key={id} id={id} />
          ))}
          {[...measured].map((id) => (
            <ModelMeasured key={id} id={id} />
          ))}
        </Stack>
      ) : null}
      {asks.classifies ? <Verdict /> : null}
    </Stack>
  );
}

function ThrottleUse({ id, title }: { readonly id: string; readonly title: string }) {
  const used = useTrying(({ trial }) => trial.outside.throttles?.[id]) ?? 0;
  const edit = useTrying((state) => state.edit);
  return (
    <TrySlider
      words={`Used of the limit of “${title}”: ${percent(used * 100)}`}
      name={`${title}: share of its limit that is used`}
      value={Math.round(used * 100)}
      onChange={(share) =>
        edit(({ outside }) => ({ outside: { ...outside, throttles: { ...outside.throttles, [id]: share / 100 } } }))
      }
    />
  );
}

/** Which variant a split draws for a request that has no variant of its own. */
function VariantDrawn({ id, title, variants }: Asks['splits'][number]) {
  const lot = useTrying(({ trial }) => trial.outside.chances?.[id]) ?? 0;
  const edit = useTrying((state) => state.edit);
  const nearest = [...variants].sort((a, b) => Math.abs(a.lot - lot) - Math.abs(b.lot - lot))[0];
  return (
    <NativeSelect
      label={`Variant that “${title}” draws`}
      description="For requests that do not keep a variant of their own."
      size="xs"
      data={variants.map(({ port, label }) => ({ value: port, label }))}
      value={nearest?.port ?? ''}
      onChange={({ currentTarget: { value } }) => {
        const next = variants.find(({ port }) => port === value)?.lot ?? 0;
        edit(({ outside }) => ({ outside: { ...outside, chances: { ...outside.chances, [id]: next } } }));
      }}
    />
  );
}

/** Whether a cache has an answer to the request. */
function AnswerKept({ id, title }: Asks['caches'][number]) {
  const model = useTrying(({ trial }) => trial.outside.cached?.[id]);
  const asked = useTrying(({ trial }) => trial.model);
  const edit = useTrying((state) => state.edit);
  return (
    <Switch
      label={`“${title}” has an answer to this request`}
      checked={model !== undefined}
      onChange={({ currentTarget: { checked } }) =>
        edit(({ outside }) => {
          const { [id]: _, ...others } = outside.cached ?? {};
          return { outside: { ...outside, cached: checked ? { ...others, [id]: asked.trim() } : others } };
        })
      }
    />
  );
}

const percent = (share: number): string => `${Math.round(share)} %`;
const firstLarge = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function ModelAnswer({ id }: { readonly id: string }) {
  const failure = useTrying(({ trial }) => trial.outside.down[id]);
  const edit = useTrying((state) => state.edit);
  return (
    <NativeSelect
      label={id}
      size="xs"
      data={[
        { value: '', label: 'It answers' },
        ...CALL_FAILURES.map((one) => ({ value: one, label: firstLarge(FAILURE_WORDS[one]) })),
      ]}
      value={failure ?? ''}
      onChange={({ currentTarget: { value } }) => {
        const next = CALL_FAILURES.find((one) => one === value);
        edit(({ outside }) => {
          const { [id]: _, ...others } = outside.down;
          return { outside: { ...outside, down: next === undefined ? others : { ...others, [id]: next } } };
        });
      }}
    />
  );
}

/** The score by which the request was classified; null where it did not come so far. */
function scoreOf({ simulation }: Tried): number | null {
  const results = simulation.decision.trace.flatMap((step) => step.results ?? []);
  return results.flatMap((result) => ('score' in result ? result.score : [])).at(0) ?? null;
}

function Verdict() {
  const score = useTrying(({ trial }) => trial.outside.complexity);
  const edit = useTrying((state) => state.edit);
  const set = (complexity: number | null): void =>
    edit(({ outside: { complexity: _, ...outside } }) => ({
      outside: complexity === null ? outside : { ...outside, complexity },
    }));
  const scored = useTrying(({ result }) => (result?.kind === 'tried' ? scoreOf(result) : null));
  return (
    <Stack gap="xs">
      <Radio.Group
        label="How hard the classifier finds it"
        value={score === undefined ? 'text' : 'set'}
        onChange={(value) => set(value === 'text' ? null : (scored ?? 0.5))}
      >
        <Stack gap={6} mt={6}>
          <Radio
            value="text"
            label="By what it says"
            description={score !== undefined || scored === null ? undefined : `It scores ${percent(scored * 100)}.`}
          />
          <Radio value="set" label="A score that I set" />
        </Stack>
      </Radio.Group>
      {score === undefined ? null : (
        <TrySlider
          words={`Score: ${percent(score * 100)}`}
          name="Score, from trivial to hard"
          value={Math.round(score * 100)}
          onChange={(share) => set(share / 100)}
        />
      )}
    </Stack>
  );
}
