import { Alert, Checkbox, Text } from '@mantine/core';
import { canonical } from '../../../policies/diff-settings.ts';
import type { Draft } from '../../api/drafts.ts';
import type { Drawing } from '../../api/policies.ts';
import { useAuthors } from '../../app/authors.ts';
import { TextLink } from '../../app/text-link.tsx';
import { sayMoment } from '../../app/words.ts';
import type { Way } from './restore-ways.ts';
import { sameTests } from './same-tests.ts';

/** What is in the draft: what is live, what comes back, or work that nobody has published. */
export type InDraft = 'live' | 'old' | 'work';

type Work = Pick<Drawing, 'graph' | 'tests'>;

/** As the server sees it when it decides what becomes of the draft. */
export function inDraft(draft: Work, old: Work, live: Work): InDraft {
  if (sameWork(draft, old)) return 'old';
  return sameWork(draft, live) ? 'live' : 'work';
}

const sameWork = (a: Work, b: Work): boolean =>
  canonical(a.graph) === canonical(b.graph) && sameTests(a.tests, b.tests);

interface Props {
  readonly policy: string;
  readonly live: number | null;
  readonly way: Way;
  readonly version: number;
  /** The number that it will have where it is published at once. */
  readonly next: number;
  readonly draft: Draft;
  readonly holds: InDraft;
  /** Whether approval of the draft as it is now was asked for. */
  readonly isAsked: boolean;
  readonly replace: boolean;
  readonly onReplace: (replace: boolean) => void;
  /** Whether somebody has tried to go on without an answer. */
  readonly isMissing: boolean;
}

/** What becomes of the draft; asks before work in it is lost. */
export function RestoreDraft(props: Props) {
  const { way, version, next, draft, holds, isAsked, live } = props;
  const authorOf = useAuthors();
  if (way !== 'approval') {
    return (
      <Text size="sm" c="dimmed">
        {holds === 'work'
          ? 'The draft has changes that are not published. They stay as they are.'
          : `The draft has no unpublished changes, so it becomes the same as version ${next}.`}
      </Text>
    );
  }
  if (holds !== 'work') {
    return (
      <Text size="sm" c="dimmed">
        {holds === 'old'
          ? `The draft is the same as version ${version} already.`
          : 'The draft has no unpublished changes, so nothing is lost.'}
      </Text>
    );
  }
  return (
    <Alert variant="light" color="yellow" title="The draft has changes that nobody has published">
      <Text size="sm" mb="sm">
        They were saved last by {authorOf(draft.owner)} on {sayMoment(draft.updatedAt)}. Version {version} takes the
        place of these changes, and they cannot be had again.
        {isAsked ? ' Approval of them was asked for, and that request becomes void.' : ''}{' '}
        <TextLink
          size="sm"
          to="/policies/$policy/compare"
          params={{ policy: props.policy }}
          search={{ from: live ?? undefined, to: 'draft', view: 'words' }}
          target="_blank"
          underline="always"
        >
          See these changes (opens in a new tab)
        </TextLink>
      </Text>
      <Checkbox
        label="These changes may be lost"
        checked={props.replace}
        error={props.isMissing ? 'Say that they may be lost, or publish them first.' : null}
        onChange={({ currentTarget }) => props.onReplace(currentTarget.checked)}
      />
    </Alert>
  );
}
