import { Button, Card, Collapse, Group, NativeSelect, Stack, TagsInput, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { createKey, type MadeKey, refreshKeys } from '../../api/keys.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { AllowedPolicies, policiesError } from './allowed-policies.tsx';
import { LimitFields } from './limit-fields.tsx';
import { readTagRows, type TagRow, TagRows } from './tag-rows.tsx';
import { limitErrors, NO_ERRORS, NOTHING_LIMITED, readLimits } from './typed-limits.ts';

interface Props {
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly onMade: (made: MadeKey) => void;
}

/** What a new key says and allows. */
export function KeyForm({ house, policies, onMade }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [project, setProject] = useState(house.projects[0]?.id ?? '');
  const [fixed, setFixed] = useState<readonly TagRow[]>([]);
  const [choices, setChoices] = useState<readonly TagRow[]>([]);
  const [required, setRequired] = useState<string[]>([]);
  const [allowed, setAllowed] = useState<readonly string[] | null>(null);
  const [limits, setLimits] = useState(NOTHING_LIMITED);
  const [isLimiting, setIsLimiting] = useState(false);
  const limitsId = useId();
  const [tried, setTried] = useState(false);

  const fixedTags = readTagRows(fixed, []);
  const taken = fixedTags.ok ? [...fixedTags.tags.keys()] : [];
  const tagChoices = readTagRows(choices, taken);
  const both = required.filter((tag) => taken.includes(tag));
  const errors = {
    name: name.trim() === '' ? 'Give it a name, such as that of the app.' : null,
    required: both.length > 0 ? `${both.join(', ')} is always sent by the key: it need not be required.` : null,
    policies: policiesError(allowed),
  };
  const limitProblems = limitErrors(limits, null, Date.now());
  const isLimitWrong = Object.values(limitProblems).some((problem) => problem !== null);
  const making = useMutation({
    mutationFn: () =>
      createKey({
        name: name.trim(),
        project,
        fixedTags: Object.fromEntries(
          fixedTags.ok ? [...fixedTags.tags].map(([tag, values]) => [tag, values[0] ?? '']) : [],
        ),
        requiredTags: required,
        tagChoices: Object.fromEntries(tagChoices.ok ? tagChoices.tags : []),
        policies: allowed && [...allowed],
        ...readLimits(limits, null),
      }),
    onSuccess: (made) => {
      onMade(made);
      return refreshKeys(client);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isLimitWrong) setIsLimiting(true);
    const isRight = fixedTags.ok && tagChoices.ok && !isLimitWrong;
    if (isRight && Object.values(errors).every((error) => error === null)) making.mutate();
  };
  if (house.projects.length === 0) {
    return (
      <Text>
        A key belongs to a project, and there is none yet. <TextLink to="/projects">Make a project first</TextLink>.
      </Text>
    );
  }
  const teams = new Map(house.teams.map((team) => [team.id, team.name]));
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg" maw={760}>
        <Card withBorder padding="lg">
          <Stack gap="md">
            <TextInput
              label="Name"
              description="Of the app that uses it, so that people know what stops when it is revoked."
              required
              maxLength={120}
              value={name}
              error={tried ? errors.name : null}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <NativeSelect
              label="Project"
              description="What its requests count for. Its team follows from it."
              value={project}
              onChange={({ currentTarget }) => setProject(currentTarget.value)}
              data={house.projects.map(({ id, name: words, team }) => ({
                value: id,
                label: `${words} (team ${teams.get(team) ?? 'unknown'})`,
              }))}
            />
          </Stack>
        </Card>
        <Card withBorder padding="lg" component="section">
          <Title order={2} mb={4}>
            Tags
          </Title>
          <Text size="sm" c="dimmed" mb="md">
            Tags say what a request is for, such as usage=building. Policies decide by them, and budgets count by them.
          </Text>
          <Stack gap="lg">
            <TagRows
              label="Always sent"
              description="Every request carries them, and the app cannot change them."
              rows={fixed}
              onChange={setFixed}
              seen={house.tags}
              many={false}
              error={tried && !fixedTags.ok ? fixedTags.why : null}
            />
            <TagRows
              label="Chosen from"
              description="The app may say one of these values and no other."
              rows={choices}
              onChange={setChoices}
              seen={house.tags}
              many
              error={tried && !tagChoices.ok ? tagChoices.why : null}
            />
            <TagsInput
              label="Required"
              description="A request without them is refused. Press Enter after each name."
              placeholder={required.length === 0 ? 'user' : ''}
              data={Object.keys(house.tags)}
              value={required}
              onChange={setRequired}
              error={tried ? errors.required : null}
              clearable={false}
            />
          </Stack>
        </Card>
        <Card withBorder padding="lg" component="section">
          <Title order={2} mb="md">
            Policies
          </Title>
          <AllowedPolicies
            policies={policies}
            value={allowed}
            error={tried ? errors.policies : null}
            onChange={setAllowed}
          />
        </Card>
        <Card withBorder padding="lg" component="section">
          <Group justify="space-between" gap="sm">
            <Title order={2}>Limits</Title>
            <Button
              size="xs"
              variant="default"
              aria-expanded={isLimiting}
              aria-controls={limitsId}
              onClick={() => setIsLimiting((is) => !is)}
            >
              {isLimiting ? 'Hide the limits' : 'Limit what it can do'}
            </Button>
          </Group>
          <Text size="sm" c="dimmed" mt={4}>
            What it may be used for, with which models, from which networks, and how long. A key that gets lost then
            does little harm. All of it can be changed later.
          </Text>
          <Collapse expanded={isLimiting} id={limitsId}>
            {isLimiting ? (
              <Stack mt="md">
                <LimitFields
                  value={limits}
                  errors={tried ? limitProblems : NO_ERRORS}
                  models={house.models}
                  onChange={setLimits}
                />
              </Stack>
            ) : null}
          </Collapse>
        </Card>
        <Refused error={making.error} />
        <Group gap="sm">
          <Button type="submit" loading={making.isPending}>
            Make the key
          </Button>
          <LinkButton to="/keys" variant="default">
            Cancel
          </LinkButton>
        </Group>
      </Stack>
    </form>
  );
}
