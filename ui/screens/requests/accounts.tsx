import { Box, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { findDetector } from '../../../policies/text/detectors/index.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import type { RequestRecord } from '../../api/records.ts';
import { plural } from '../../app/words.ts';
import { Tags } from './tags.tsx';

const SET_BY = { key: 'fixed by the API key', caller: 'sent by the app', rule: 'set by the policy' };

/** What was charged to which budget, the tags that this went by, and what was taken out of the texts. */
export function Accounts({ record }: { readonly record: RequestRecord }) {
  const budgets = useQuery(budgetNamesQuery);
  const tags = Object.entries(record.tags);
  const redactions = Object.entries(record.redactions);
  return (
    <>
      <Part title="Taken out of the texts">
        {redactions.length === 0
          ? null
          : redactions.map(([type, count]) => (
              <Text size="sm" key={type}>
                {findDetector(type)?.label ?? type}: {plural(count, 'time')}
              </Text>
            ))}
      </Part>
      <Part title="Budgets">
        {record.charges.length === 0
          ? null
          : record.charges.map(({ budget, scope, unit, held, settled }) => (
              <Text size="sm" key={`${budget} ${scope}`}>
                <Text span inherit fw={600}>
                  {budgets.data?.get(budget) ?? 'A budget'}
                </Text>
                {scope === '' ? '' : ` for ${scope}`}: {sayAmount(settled, unit)} charged, after {sayAmount(held, unit)}{' '}
                was held
              </Text>
            ))}
      </Part>
      <Part title="Tags">
        {tags.length === 0
          ? null
          : tags.map(([name, tag]) => (
              <Text size="sm" component="div" key={name} style={{ display: 'flex', gap: 8 }}>
                <Tags tags={{ [name]: tag }} /> {SET_BY[tag.source]}
              </Text>
            ))}
      </Part>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        {title}
      </Title>
      {children === null ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : (
        <Stack gap={6}>{children}</Stack>
      )}
    </Box>
  );
}
