import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changePolicyRule, policyRuleQuery } from '../../api/approval-rules.ts';
import { useMayIn } from '../../api/may.ts';
import type { Policy } from '../../api/policy.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { RuleForm } from './rule-form.tsx';
import { sayRule } from './rule-words.ts';

/** Who has to approve a policy, on its page. */
export function PolicyRule({ policy: { id, project, title } }: { readonly policy: Policy }) {
  const found = useQuery(policyRuleQuery(id));
  const mayRule = useMayIn()('rule policy', { project, policy: id });
  const authorOf = useAuthors();
  const [changing, setChanging] = useState(false);
  return (
    <Section
      title="Who has to approve"
      aside={
        mayRule && found.data ? (
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>
            Change the rule
          </Button>
        ) : null
      }
    >
      {found.data ? (
        <Stack gap={4}>
          <Text size="sm">{sayRule(found.data.rule, authorOf)}</Text>
          <Text size="sm" c="dimmed">
            {found.data.own === null ? (
              <>
                This is the rule of all policies that have none of their own.{' '}
                <TextLink size="sm" to="/approvals" underline="always">
                  Approvals
                </TextLink>
              </>
            ) : (
              'This is a rule of its own.'
            )}
          </Text>
        </Stack>
      ) : found.error ? (
        <Failure title="The rule could not be loaded" error={found.error} onRetry={() => found.refetch()} />
      ) : (
        <Waiting what="the rule" />
      )}
      {changing && found.data ? (
        <RuleForm
          title={`Who has to approve ${title}`}
          rule={found.data.rule}
          fallback={found.data.organisation}
          isOwn={found.data.own !== null}
          change={(rule, reason) => changePolicyRule(id, rule, reason)}
          onClose={() => setChanging(false)}
        />
      ) : null}
    </Section>
  );
}
