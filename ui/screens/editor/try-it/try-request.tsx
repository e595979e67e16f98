import { Autocomplete, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useTrying } from '../../../trying/trying-context.tsx';
import { TryMessages } from './try-messages.tsx';
import { TryTags } from './try-tags.tsx';

/** The request as a form. */
export function TryRequest() {
  return (
    <Stack gap="md">
      <AskedModel />
      <TryMessages />
      <Sender />
      <TryTags />
      <Moment />
      <Answer />
      <Tools />
    </Stack>
  );
}

function AskedModel() {
  const { house } = useEditor();
  const model = useTrying(({ trial }) => trial.model);
  const edit = useTrying((state) => state.edit);
  return (
    <Autocomplete
      label="Model that the app asks for"
      placeholder="Any name that an app could send"
      data={house.models.map(({ id }) => id)}
      value={model}
      error={model.trim() === '' ? 'Say which model the app asks for.' : undefined}
      onChange={(next) => edit(() => ({ model: next }))}
    />
  );
}

const NOBODY = 'nobody';

function Sender() {
  const { house } = useEditor();
  const key = useTrying(({ trial }) => trial.key);
  const edit = useTrying((state) => state.edit);
  const projects = new Map(house.answer.projects.map(({ id, name }) => [id, name]));
  return (
    <Select
      label="Key that sends it"
      searchable
      allowDeselect={false}
      data={[
        { value: NOBODY, label: 'None, as tests are sent' },
        ...house.answer.keys.map(({ id, name, project }) => ({
          value: id,
          label: `${name} (project ${projects.get(project) ?? 'unknown'})`,
        })),
      ]}
      value={key ?? NOBODY}
      onChange={(next) => edit(() => ({ key: next === NOBODY ? null : next }))}
    />
  );
}

/** A moment as the browser's field for it writes it, in the browser's own time zone. */
const toField = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function Moment() {
  const at = useTrying(({ trial }) => trial.at);
  const edit = useTrying((state) => state.edit);
  return (
    <div>
      <Switch
        label="Sent now"
        checked={at === null}
        onChange={({ currentTarget: { checked } }) =>
          edit(() => ({ at: checked ? null : Math.floor(Date.now() / 60_000) * 60_000 }))
        }
      />
      {at === null ? null : (
        <TextInput
          mt="xs"
          type="datetime-local"
          label="Date and time"
          description={`In your own time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
          value={toField(at)}
          onChange={({ currentTarget: { value } }) => {
            const next = new Date(value).getTime();
            if (Number.isFinite(next)) edit(() => ({ at: next }));
          }}
        />
      )}
    </div>
  );
}

function Answer() {
  const stream = useTrying(({ trial }) => trial.stream);
  const limit = useTrying(({ trial }) => trial.answerLimit);
  const edit = useTrying((state) => state.edit);
  const isWrong = limit.trim() !== '' && !/^[1-9][\d,]*$/.test(limit.trim());
  return (
    <Stack gap="xs">
      <TextInput
        label="The app’s limit on the answer"
        description="In tokens; empty for none."
        inputMode="numeric"
        value={limit}
        error={isWrong ? 'Write a whole number, such as 500, or nothing.' : undefined}
        onChange={({ currentTarget: { value } }) => edit(() => ({ answerLimit: value }))}
      />
      <Switch
        label="The answer is streamed"
        checked={stream}
        onChange={({ currentTarget: { checked } }) => edit(() => ({ stream: checked }))}
      />
    </Stack>
  );
}

function Tools() {
  const tools = useTrying(({ trial }) => trial.tools);
  const edit = useTrying((state) => state.edit);
  return (
    <TagsInput
      label="Tools that it offers"
      description="Their names; press Enter after each."
      value={[...tools]}
      onChange={(next) => edit(() => ({ tools: next }))}
    />
  );
}
