import { NativeSelect, Radio, Slider, Stack, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';
import { viewOfChat } from '../../../policies/chat.ts';
import { CALL_FAILURES } from '../../../policies/effects.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { FAILURE_WORDS } from '../../../policies/kinds/model/model.ts';
import { scoreComplexity } from '../../../policies/text/complexity.ts';
import { useEditing, useEditor } from '../../editing/editing-context.tsx';
import { asksOf } from '../../trying/asks.ts';
import { bodyOf } from '../../trying/trial.ts';
import { useTrying } from '../../trying/trying-context.tsx';

/** What budgets, models and the classifier would say, where that is to be another than it is now. */
export function TryOutside() {
  const { house } = useEditor();
  const graph = useEditing(({ document }) => document.graph);
  const asks = useMemo(() => asksOf(graph), [graph]);
  const asked = useTrying(({ trial }) => trial.model);
  const down = useTrying(({ trial }) => trial.outside.down);
  const names = asks.models.map((name) => (name === 'asked' ? asked.trim() : name));
  const models = new Set([...names.flatMap((name) => house.check.models(name)?.id ?? []), ...Object.keys(down)]);
  if (asks.budgets.length + asks.throttles.length + models.size === 0 && !asks.classifies) {
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
      {models.size > 0 ? (
        <Stack gap="xs" role="group" aria-label="Models">
          <Text size="sm" fw={600}>
            Models
          </Text>
          {[...models].map((id) => (
            <ModelAnswer key={id} id={id} />
          ))}
        </Stack>
      ) : null}
      {asks.classifies ? <Verdict /> : null}
    </Stack>
  );
}

const ENDS = [{ value: 0 }, { value: 100 }];

const percent = (share: number): string => `${Math.round(share)} %`;

function BudgetUse({ id }: { readonly id: string }) {
  const { house } = useEditor();
  const use = useTrying(({ trial }) => trial.outside.budgets[id]);
  const edit = useTrying((state) => state.edit);
  const known = house.answer.budgets.find(({ budget }) => budget.id === id);
  if (!known) {
    return <Text size="sm">A budget of this drawing does not exist any more, so that it lets nothing pass.</Text>;
  }
  const { name, limit, unit } = known.budget;
  const now = known.use.reduce((most, one) => (one.spent + one.held > most.spent + most.held ? one : most), {
    spent: 0,
    held: 0,
  });
  const set = (next: { readonly spent: number; readonly held: number } | null): void =>
    edit(({ outside }) => {
      const { [id]: _, ...others } = outside.budgets;
      return { outside: { ...outside, budgets: next === null ? others : { ...others, [id]: next } } };
    });
  const say = (amount: number): string => `${sayAmount(amount, unit)} of ${sayAmount(limit, unit)}`;
  const slider = (
    title: string,
    part: 'spent' | 'held',
    current: { readonly spent: number; readonly held: number },
  ) => (
    <div>
      <Text size="sm">
        {title}: {say(current[part])}
      </Text>
      <Slider
        mt={4}
        thumbLabel={`${name}: ${title}, as a share of its limit`}
        label={percent}
        min={0}
        max={100}
        step={1}
        marks={ENDS}
        value={Math.min(100, (current[part] / limit) * 100)}
        onChange={(share) => set({ ...current, [part]: Math.round((limit * share) / 100) })}
      />
    </div>
  );
  return (
    <Stack gap="xs" role="group" aria-label={`Budget ${name}`}>
      <Switch
        label={`Set what is used of “${name}”`}
        description={
          limit === 0
            ? 'Its limit is nothing, so that it is spent for every request.'
            : use === undefined
              ? `As it is now: ${say(now.spent)} spent${now.held > 0 ? `, ${sayAmount(now.held, unit)} held` : ''}${known.use.length > 1 ? ' where most is used' : ''}.`
              : undefined
        }
        disabled={limit === 0}
        checked={use !== undefined}
        onChange={({ currentTarget: { checked } }) => set(checked ? { spent: now.spent, held: now.held } : null)}
      />
      {use !== undefined && limit > 0 ? (
        <>
          {slider('Spent', 'spent', use)}
          {slider('Held for requests under way', 'held', use)}
        </>
      ) : null}
    </Stack>
  );
}

function ThrottleUse({ id, title }: { readonly id: string; readonly title: string }) {
  const used = useTrying(({ trial }) => trial.outside.throttles?.[id]) ?? 0;
  const edit = useTrying((state) => state.edit);
  return (
    <div>
      <Text size="sm">
        Used of the limit of “{title}”: {percent(used * 100)}
      </Text>
      <Slider
        mt={4}
        thumbLabel={`${title}: share of its limit that is used`}
        label={percent}
        min={0}
        max={100}
        marks={ENDS}
        value={Math.round(used * 100)}
        onChange={(share) =>
          edit(({ outside }) => ({ outside: { ...outside, throttles: { ...outside.throttles, [id]: share / 100 } } }))
        }
      />
    </div>
  );
}

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

function Verdict() {
  const score = useTrying(({ trial }) => trial.outside.complexity);
  const edit = useTrying((state) => state.edit);
  const set = (complexity: number | null): void =>
    edit(({ outside: { complexity: _, ...outside } }) => ({
      outside: complexity === null ? outside : { ...outside, complexity },
    }));
  const scored = useTrying(({ trial }) => {
    const body = bodyOf(trial);
    return score === undefined && body.ok ? scoreComplexity(viewOfChat(body.body)).score : null;
  });
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
            description={scored === null ? undefined : `That scores ${percent(scored * 100)} as it was sent.`}
          />
          <Radio value="set" label="A score that I set" />
        </Stack>
      </Radio.Group>
      {score === undefined ? null : (
        <div>
          <Text size="sm">Score: {percent(score * 100)}</Text>
          <Slider
            mt={4}
            thumbLabel="Score, from trivial to hard"
            label={percent}
            min={0}
            max={100}
            value={Math.round(score * 100)}
            onChange={(share) => set(share / 100)}
          />
        </div>
      )}
    </Stack>
  );
}
