import { Alert, Button, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../../../api/client.ts';
import { failedTestsIn, problemsIn } from '../../../api/versions.ts';

interface Props {
  readonly title: string;
  readonly error: Error;
  /** Loads the draft as it is now. */
  readonly onLookAgain: () => void;
}

/** Why the draft was not published, or approval not asked for, and what to do; what was typed is still there. */
export function PublishRefused({ title, error, onLookAgain }: Props) {
  const code = error instanceof ApiError ? error.code : '';
  const problems = problemsIn(error);
  const tests = failedTestsIn(error);
  return (
    <Alert
      variant="light"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      role="alert"
      className="publish-refused"
      tabIndex={0}
    >
      {code === 'conflict' ? (
        <>
          <Text size="sm" mb="xs">
            The draft was saved again since you came here, by you in another window or by someone else: what you looked
            at is not what would be published. Your reason is kept.
          </Text>
          <Button size="xs" variant="default" onClick={onLookAgain}>
            Look at the draft as it is now
          </Button>
        </>
      ) : code === 'unauthenticated' ? (
        <Text size="sm">Your session has ended. Sign in, then try again. Your reason is kept.</Text>
      ) : tests.length > 0 ? (
        <>
          <Text size="sm">
            {tests.length === 1 ? 'A test does' : `${tests.length} tests do`} not come out as expected. Mend the
            drawing, or change the tests where they expect the wrong thing.
          </Text>
          <List size="sm">
            {tests.map(({ id, name, differences }) => (
              <List.Item key={id}>
                <Text span inherit fw={600}>
                  {name}:
                </Text>{' '}
                {differences.join(' ')}
              </List.Item>
            ))}
          </List>
        </>
      ) : problems.length > 0 ? (
        <>
          <Text size="sm">Something that the drawing uses is not there any more, or was changed. Mend this first:</Text>
          <List size="sm">
            {problems.map(({ message, fix }) => (
              <List.Item key={message}>
                {message} {fix}
              </List.Item>
            ))}
          </List>
        </>
      ) : (
        <Text size="sm">{error.message} Your reason is kept.</Text>
      )}
    </Alert>
  );
}
