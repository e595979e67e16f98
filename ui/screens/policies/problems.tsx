import { Alert, Box, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Drawing, type Problem, problemsQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';

/** What the check finds in the drawing that is shown, in the organisation as it is now. */
export function Problems({ policy, graph }: { readonly policy: string; readonly graph: Drawing['graph'] }) {
  const problems = useQuery(problemsQuery(policy, graph));
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Problems
      </Title>
      {problems.data ? (
        <Found problems={problems.data} />
      ) : problems.error ? (
        <Failure title="The policy could not be checked" error={problems.error} onRetry={() => problems.refetch()} />
      ) : (
        <Waiting what="the problems" />
      )}
    </Box>
  );
}

function Found({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) {
    return (
      <Alert
        color="teal"
        variant="light"
        icon={<IconCircleCheck aria-hidden />}
        title="None: every way leads somewhere"
      />
    );
  }
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {problems.map(({ severity, message, fix }) => (
        <li key={message}>
          <Alert
            variant="light"
            color={severity === 'error' ? 'red' : 'yellow'}
            icon={severity === 'error' ? <IconAlertTriangle aria-hidden /> : <IconInfoCircle aria-hidden />}
            title={severity === 'error' ? 'Has to be mended' : 'Worth a look'}
          >
            <Text size="sm">{message}</Text>
            <Text size="sm" mt={4}>
              {fix}
            </Text>
          </Alert>
        </li>
      ))}
    </Stack>
  );
}
