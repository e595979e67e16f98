import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ApprovalRule, changeOrganisationRule, organisationRuleQuery } from '../../api/approval-rules.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { Section } from '../../app/section.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { RuleForm } from './rule-form.tsx';
import { sayRule } from './rule-words.ts';

/** Who has to approve policies that have no rule of their own. */
export function OrganisationRule() {
  const rule = useQuery(organisationRuleQuery);
  const mayRule = useMayEverywhere()('rule policy');
  const [changing, setChanging] = useState(false);
  return (
    <Section
      title="Who has to approve"
      aside={
        mayRule && rule.data ? (
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>
            Change the rule of all policies
          </Button>
        ) : null
      }
    >
      {rule.data ? (
        <Words rule={rule.data} />
      ) : rule.error ? (
        <Failure title="The rule could not be loaded" error={rule.error} onRetry={() => rule.refetch()} />
      ) : (
        <Waiting what="the rule" />
      )}
      {changing && rule.data ? (
        <RuleForm
          title="Who has to approve policies"
          rule={rule.data}
          fallback={null}
          isOwn
          change={(changed, reason) => changeOrganisationRule(changed ?? rule.data, reason)}
          onClose={() => setChanging(false)}
        />
      ) : null}
    </Section>
  );
}

function Words({ rule }: { readonly rule: ApprovalRule }) {
  const authorOf = useAuthors();
  return (
    <Text size="sm" maw={900}>
      {sayRule(rule, authorOf)} A policy can have a rule of its own, which stands on its page.
    </Text>
  );
}
