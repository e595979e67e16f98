import { Alert, NativeSelect, Radio, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { type ContentSetting, type ContentSettings, setContent } from '../../api/retention.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { FORM_TITLES, FORM_WORDS, goesSooner, NO_DAYS, readDays } from './kept-words.ts';

const ALL = '';
const AS_ALL = 'as all';
const FORMS = ['redacted', 'full', 'none'] as const;

interface Typed {
  readonly content: ContentSetting['content'] | typeof AS_ALL;
  readonly contentDays: string;
  readonly recordDays: string;
}

const typed = ({ content, contentDays, recordDays }: ContentSetting): Typed => ({
  content,
  contentDays: contentDays === null ? '' : String(contentDays),
  recordDays: recordDays === null ? '' : String(recordDays),
});

interface Problems {
  readonly contentDays: string | null;
  readonly recordDays: string | null;
}

/** What was typed as a setting, null for that of all projects; or what is wrong with it. */
function read({ content, ...days }: Typed): { readonly setting: ContentSetting | null } | Problems {
  if (content === AS_ALL) return { setting: null };
  const contentDays = readDays(days.contentDays);
  const recordDays = readDays(days.recordDays);
  if (contentDays === undefined || recordDays === undefined) {
    return {
      contentDays: contentDays === undefined ? NO_DAYS : null,
      recordDays: recordDays === undefined ? NO_DAYS : null,
    };
  }
  if (recordDays !== null && (contentDays === null || contentDays > recordDays)) {
    const why = `What is said goes with its request: give it ${recordDays} days or fewer.`;
    return { contentDays: why, recordDays: null };
  }
  return { setting: { content, contentDays, recordDays } };
}

interface Props {
  readonly settings: ContentSettings;
  readonly projects: HouseAnswer['projects'];
  readonly onClose: () => void;
}

/** Sets what is kept of all projects, or of one, with a reason. */
export function ChangeKept({ settings, projects, onClose }: Props) {
  const client = useQueryClient();
  const ownOf = (id: string): ContentSetting | null =>
    id === ALL ? settings.organisation : (settings.projects.find((one) => one.project === id)?.setting ?? null);
  const [project, setProject] = useState(ALL);
  const [form, setForm] = useState<Typed>(() => typed(settings.organisation));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const given = read(form);
  const now = ownOf(project);
  const isSame = 'setting' in given && JSON.stringify(given.setting) === JSON.stringify(now);
  const saving = useMutation({
    mutationFn: (setting: ContentSetting | null) =>
      setContent(client, project === ALL ? null : project, setting, reason.trim()),
    onSuccess: () => {
      onClose();
      notifications.show({ message: 'What is kept is changed, from the next request on.' });
    },
  });
  const submit = (): void => {
    setTried(true);
    if ('setting' in given && !isSame && reasonError(reason) === null) saving.mutate(given.setting);
  };
  const choose = (id: string): void => {
    setProject(id);
    const own = ownOf(id);
    setForm(own ? typed(own) : { ...typed(settings.organisation), content: AS_ALL });
  };
  const change = (part: Partial<Typed>): void => setForm({ ...form, ...part });
  const counts = 'setting' in given ? (given.setting ?? settings.organisation) : null;
  const deletes = counts !== null && goesSooner(now ?? settings.organisation, counts);
  const forms = project === ALL ? FORMS : ([AS_ALL, ...FORMS] as const);
  return (
    <FormDialog
      title="Change what is kept"
      act="Change what is kept"
      size="xl"
      dangerous={deletes}
      error={saving.error}
      pending={saving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        label="Of which requests"
        data-autofocus
        value={project}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={[
          { value: ALL, label: 'All projects without a rule of their own' },
          ...projects.map(({ id, name }) => ({ value: id, label: `The project ${name}` })),
        ]}
      />
      <Radio.Group
        label="What is kept of what is said"
        value={form.content}
        error={tried && isSame ? 'This is what it is now. Change something, or cancel.' : null}
        onChange={(content) => change({ content: forms.find((one) => one === content) ?? 'redacted' })}
      >
        <Stack gap="xs" mt="xs" mb="xs">
          {forms.map((one) => (
            <Radio
              key={one}
              value={one}
              label={one === AS_ALL ? 'As for all projects' : FORM_TITLES[one]}
              description={one === AS_ALL ? 'The project has no rule of its own.' : FORM_WORDS[one]}
            />
          ))}
        </Stack>
      </Radio.Group>
      {form.content === 'full' ? (
        <Alert color="orange" variant="light" p="sm" title="Personal data is then stored">
          What policies take out, such as addresses, card numbers and passwords, is kept too, for whoever may read what
          was said. Tell the people whose data it is, and keep it for as few days as you can.
        </Alert>
      ) : null}
      {form.content === AS_ALL ? null : (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label="Days that what is said is kept"
            description="Leave it empty for ever."
            inputMode="numeric"
            value={form.contentDays}
            error={'setting' in given || !tried ? null : given.contentDays}
            onChange={({ currentTarget }) => change({ contentDays: currentTarget.value })}
          />
          <TextInput
            label="Days that requests are kept"
            description="Who sent them, tags and way. Costs stay."
            inputMode="numeric"
            value={form.recordDays}
            error={'setting' in given || !tried ? null : given.recordDays}
            onChange={({ currentTarget }) => change({ recordDays: currentTarget.value })}
          />
        </SimpleGrid>
      )}
      {deletes ? (
        <Alert color="red" variant="light" p="sm" title="What is older than that is deleted for good">
          It begins as soon as you save, and cannot be undone. What requests cost stays, and so does the history.
        </Alert>
      ) : null}
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} />
    </FormDialog>
  );
}
