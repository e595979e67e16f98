import { Button, Card, Group, NativeSelect, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type HouseAnswer, houseQuery, refreshHouse } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import { createPolicy, freeName } from '../../api/new-policy.ts';
import { type Drawing, drawingQuery, type ListedPolicy, policiesQuery, refreshPolicies } from '../../api/policies.ts';
import { type Template, templatesQuery } from '../../api/templates.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Refused } from '../../app/form-dialog.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { BLANK, beginningOf, COPY, FILE, type LoadedFile } from './beginning.ts';
import { BeginningChoice } from './beginning-choice.tsx';
import { isPolicyName, nameFromTitle } from './policy-name.ts';

const route = getRouteApi('/policies/new');

/** Makes a policy: from a shipped one, from nothing, from a file, or as a copy of another. */
export function NewPolicy() {
  const { copy } = route.useSearch();
  const mayChange = useMay()('draft policy');
  const templates = useQuery(templatesQuery);
  const policies = useQuery(policiesQuery);
  const house = useQuery(houseQuery);
  const copied = useQuery({ ...drawingQuery(copy ?? '', 'draft'), staleTime: 0, enabled: copy !== undefined });
  if (!mayChange) {
    return (
      <Screen title="New policy">
        <Empty title="You may look at everything here and change nothing">
          Ask an admin to make the policy. <TextLink to="/policies">All policies</TextLink>
        </Empty>
      </Screen>
    );
  }
  const original = policies.data?.find(({ id }) => id === copy);
  const copyIsThere = copy === undefined || copied.data !== undefined;
  const error = templates.error ?? policies.error ?? house.error ?? copied.error;
  const retry = () =>
    Promise.all([templates, policies, house, ...(copy === undefined ? [] : [copied])].map((one) => one.refetch()));
  return (
    <Screen title={original ? `Duplicate of ${original.title}` : 'New policy'}>
      {templates.data && policies.data && house.data && copyIsThere ? (
        <PolicyForm
          key={copy}
          templates={[...templates.data].sort((a, b) => Number(isStarter(b)) - Number(isStarter(a)))}
          policies={policies.data}
          house={house.data}
          original={original && copied.data ? { policy: original, drawing: copied.data } : null}
        />
      ) : error ? (
        <Failure title="The beginnings of policies could not be loaded" error={error} onRetry={retry}>
          <TextLink to="/policies">All policies</TextLink>
        </Failure>
      ) : (
        <Waiting what="the beginnings of policies" />
      )}
    </Screen>
  );
}

/** The one that most people begin with. */
const isStarter = ({ name }: Template): boolean => name === 'starter';

interface Props {
  readonly templates: readonly Template[];
  readonly policies: readonly ListedPolicy[];
  readonly house: HouseAnswer;
  readonly original: { readonly policy: ListedPolicy; readonly drawing: Drawing } | null;
}

/** What a person has typed; null where it is still suggested. */
interface Typed {
  readonly title: string | null;
  readonly name: string | null;
  readonly description: string | null;
}

function PolicyForm({ templates, policies, house, original }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [choice, setChoice] = useState(original ? COPY : (templates[0]?.name ?? BLANK));
  const [file, setFile] = useState<LoadedFile | null>(null);
  const [typed, setTyped] = useState<Typed>({ title: null, name: null, description: null });
  const [project, setProject] = useState(original?.policy.project ?? '');
  const [tried, setTried] = useState(false);
  const taken = new Set(policies.map(({ name }) => name));
  const beginning = beginningOf(choice, templates, file, original);
  const title = typed.title ?? beginning.title;
  const name = typed.name ?? freeName(nameFromTitle(typed.title ?? beginning.name ?? title), policies);
  const description = typed.description ?? beginning.description;

  const making = useMutation({
    mutationFn: () => {
      const words = { name, title: title.trim(), description: description.trim(), project: project || null };
      return createPolicy({ ...words, ...beginning.content });
    },
    onSuccess: async ({ id }) => {
      // A template brings its budgets with it.
      await Promise.all([refreshPolicies(client), refreshHouse(client)]);
      await navigate({ to: '/policies/$policy/edit', params: { policy: id } });
    },
  });
  const nameError = !isPolicyName(name)
    ? 'Use small letters, digits and hyphens, at most 63.'
    : taken.has(name)
      ? `There is a policy of that name already. ${freeName(name, policies)} is free.`
      : null;
  const titleError = title.trim() === '' ? 'Give it a title.' : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (titleError === null && nameError === null && beginning.content !== null) making.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="new-policy">
        <BeginningChoice
          templates={templates}
          house={house}
          original={original?.policy ?? null}
          choice={choice}
          onChoose={setChoice}
          file={file}
          onFile={setFile}
          missing={tried && choice === FILE && beginning.content === null}
        />
        <Card withBorder padding="lg" component="section" className="new-policy-words">
          <Title order={2} mb="md">
            What it is called
          </Title>
          <Stack gap="md">
            <TextInput
              label="Title"
              required
              maxLength={120}
              value={title}
              error={tried ? titleError : null}
              onChange={({ currentTarget }) => setTyped({ ...typed, title: currentTarget.value })}
            />
            <TextInput
              label="Name"
              description={`Apps ask for it as policy/${name || '…'}. After the first publish it stays.`}
              required
              value={name}
              error={tried || typed.name !== null ? nameError : null}
              onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
            />
            <Textarea
              label="Description"
              autosize
              minRows={3}
              maxRows={8}
              maxLength={2000}
              value={description}
              onChange={({ currentTarget }) => setTyped({ ...typed, description: currentTarget.value })}
            />
            <NativeSelect
              label="For"
              description="Keys of other projects cannot use a policy that is for one project."
              value={project}
              onChange={({ currentTarget }) => setProject(currentTarget.value)}
              data={[
                { value: '', label: 'the whole organisation' },
                ...house.projects.map(({ id, name: words }) => ({ value: id, label: `the project ${words}` })),
              ]}
            />
            <Refused error={making.error} />
            <Group gap="sm">
              <Button type="submit" loading={making.isPending}>
                Make it and open the editor
              </Button>
              <LinkButton to="/policies" variant="default">
                Cancel
              </LinkButton>
            </Group>
            <Text size="sm" c="dimmed">
              Nothing is published: no request follows it until you publish it.
            </Text>
          </Stack>
        </Card>
      </div>
    </form>
  );
}
