import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { findDetector } from '../../../policies/text/detectors/index.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import type { RequestRecord } from '../../api/records.ts';
import { plural } from '../../app/words.ts';
import { sayScope } from '../../budgets/budget-words.ts';
import { Part } from './part.tsx';
import { Tags } from './tags.tsx';

const SET_BY = { key: 'fixed by the API key', caller: 'sent by the app', rule: 'set by the policy' };

/** What was charged to which budget, the tags that this went by, and what was taken out of the texts. */
export function Accounts({ record }: { readonly record: RequestRecord }) {
  const house = useQuery(houseQuery);
  const tags = Object.entries(record.tags);
  const redactions = Object.entries(record.redactions);
  return (
    <>
      <Part title="Taken out of the texts">
        <Lines>
          {redactions.map(([type, count]) => (
            <Text size="sm" key={type}>
              {findDetector(type)?.label ?? type}: {plural(count, 'time')}
            </Text>
          ))}
        </Lines>
      </Part>
      <Part title="Budgets">
        <Lines>
          {record.charges.map((charge) => (
            <Charged key={`${charge.budget} ${charge.scope}`} charge={charge} house={house.data} />
          ))}
        </Lines>
      </Part>
      <Part title="Tags">
        <Lines>
          {tags.map(([name, tag]) => (
            <Text size="sm" component="div" key={name} style={{ display: 'flex', gap: 8 }}>
              <Tags tags={{ [name]: tag }} /> {SET_BY[tag.source]}
            </Text>
          ))}
        </Lines>
      </Part>
    </>
  );
}

interface ChargedProps {
  readonly charge: RequestRecord['charges'][number];
  readonly house: HouseAnswer | undefined;
}

function Charged({ charge: { budget: id, scope, unit, held, settled, revision }, house }: ChargedProps) {
  const budget = house?.budgets.find((entry) => entry.budget.id === id)?.budget;
  const keys = new Map(house?.keys.map((key) => [key.id, key.name]));
  const whom = scope === '' ? '' : ` for ${budget ? sayScope(budget.scope, scope, keys) : scope}`;
  const changed = budget !== undefined && budget.revision !== revision;
  return (
    <Text size="sm">
      <Text span inherit fw={600}>
        {budget?.name ?? 'A budget that is gone, or that you may not see'}
      </Text>
      {whom}: {sayAmount(settled, unit)} charged, after {sayAmount(held, unit)} was held
      {changed ? '. The budget was changed since.' : ''}
    </Text>
  );
}

function Lines({ children }: { readonly children: readonly ReactNode[] }) {
  if (children.length > 0) return <Stack gap={6}>{children}</Stack>;
  return (
    <Text size="sm" c="dimmed">
      None.
    </Text>
  );
}
