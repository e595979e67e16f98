import { Alert, Box, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Problem } from '../../../policies/check.ts';

/** A problem as it is told; one that was kept may be of a code that is not there any more. */
type ToldProblem = Omit<Problem, 'code'> & { readonly code: string };

interface Props {
  /** What the check finds in a drawing, in the organisation as it is, or was. */
  readonly problems: readonly ToldProblem[];
  /** Where one of them can be mended. */
  readonly where?: (problem: ToldProblem) => ReactNode;
}

/** What is wrong with a drawing, each with how to mend it. */
export function Problems({ problems, where }: Props) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Problems
      </Title>
      {problems.length === 0 ? (
        <Alert
          color="teal"
          variant="light"
          icon={<IconCircleCheck aria-hidden />}
          title="None: every way leads somewhere"
        />
      ) : (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Problems">
          {problems.map((problem) => (
            <li key={`${problem.code} ${problem.node} ${problem.field} ${problem.message}`}>
              <Alert
                variant="light"
                color={problem.severity === 'error' ? 'red' : 'yellow'}
                icon={problem.severity === 'error' ? <IconAlertTriangle aria-hidden /> : <IconInfoCircle aria-hidden />}
                title={problem.severity === 'error' ? 'Has to be mended' : 'Worth a look'}
              >
                <Text size="sm">{problem.message}</Text>
                <Text size="sm" mt={4}>
                  {problem.fix}
                </Text>
                {where?.(problem)}
              </Alert>
            </li>
          ))}
        </Stack>
      )}
    </Box>
  );
}
