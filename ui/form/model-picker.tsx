import { Group, Select, Text } from '@mantine/core';
import { dollars } from '../../policies/price.ts';
import type { House } from '../editing/house.ts';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

type OfferedModel = House['models'][number];

/** One of the models that are offered, with what it costs and where it runs; or the one that the app asked for. */
export function ModelPicker({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, house } = useForm();
  const error = useErrorAt(sayPath(path));
  const current = String(value ?? slot.fallback ?? '');
  const byId = new Map(house.models.map((model) => [model.id, model]));
  const chosen = current === 'asked' ? undefined : house.check.models(current);
  const isUnknown = current !== '' && current !== 'asked' && !chosen;
  const aliases = house.answer.models.flatMap(({ id, name, names }) =>
    names.filter((one) => one !== name).map((one) => ({ value: one, label: `${one} (${id})` })),
  );
  const own = isUnknown
    ? `${current} (nobody offers it)`
    : chosen && chosen.id !== current && !aliases.some(({ value: alias }) => alias === current)
      ? `${current} (${chosen.id})`
      : null;
  const providers = [...new Set(house.models.map(({ provider }) => provider))];
  const groups = [
    { group: 'Aliases', items: aliases },
    ...providers.map((group) => ({
      group,
      items: house.models.filter(({ provider }) => provider === group).map(({ id }) => ({ value: id, label: id })),
    })),
  ].filter(({ items }) => items.length > 0);
  const data = [
    { value: 'asked', label: 'As asked' },
    ...(own === null ? [] : [{ value: current, label: own }]),
    ...groups,
  ];
  return (
    <div>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        searchable
        limit={80}
        allowDeselect={false}
        nothingFoundMessage="No model that is offered has that in its name."
        data={data}
        value={current === '' ? null : current}
        error={error}
        readOnly={!mayChange}
        renderOption={({ option }) => {
          const model = byId.get(option.value);
          if (model) return <ModelOption model={model} />;
          return option.value === 'asked' ? (
            <Lines first="As asked" second="The model that the app names in its request." />
          ) : (
            option.label
          );
        }}
        onChange={(id) => id !== null && change({ path, value: id, title, goesOn: false })}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {isUnknown
          ? 'No provider that is set up offers this model. Choose another, or set up its provider.'
          : current === 'asked'
            ? 'The model that the app names in its request.'
            : chosen
              ? sayModel(chosen)
              : 'No model is chosen.'}
      </Text>
    </div>
  );
}

function Lines({ first, second }: { readonly first: string; readonly second: string }) {
  return (
    <div>
      <Text size="sm">{first}</Text>
      <Text size="xs" c="dimmed">
        {second}
      </Text>
    </div>
  );
}

function ModelOption({ model }: { readonly model: OfferedModel }) {
  return (
    <div style={{ width: '100%' }}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{model.id}</Text>
        <Text size="xs" fw={model.leavesHouse ? 400 : 600}>
          {sayHouse(model)}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {sayPrice(model)}
        {model.contextTokens === null ? '' : ` · reads ${model.contextTokens.toLocaleString('en-US')} tokens`}
      </Text>
    </div>
  );
}

const sayHouse = ({ leavesHouse }: Pick<OfferedModel, 'leavesHouse'>): string =>
  leavesHouse ? 'leaves the house' : 'stays in the house';

function sayPrice({ price }: Pick<OfferedModel, 'price'>): string {
  if (price === null) return 'price not known';
  const [{ input, output }] = price;
  return `${dollars(input)} in, ${dollars(output)} out per million tokens`;
}

/** "$0.15 in, $0.60 out per million tokens; reads 128,000 tokens; leaves the house". */
function sayModel(model: OfferedModel): string {
  const context = model.contextTokens === null ? [] : [`reads ${model.contextTokens.toLocaleString('en-US')} tokens`];
  return [sayPrice(model), ...context, sayHouse(model)].join('; ');
}
