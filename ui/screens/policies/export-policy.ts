/** A policy as a file that the browser saves. */
import type { QueryClient } from '@tanstack/react-query';
import { writePolicyFile } from '../../../policies/policy-file.ts';
import { houseQuery } from '../../api/house.ts';
import { drawingQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';

/** Saves a version of a policy, or its draft, as `<name>.json`; rejects with an `ApiError` when it cannot be loaded. */
export async function exportPolicy(client: QueryClient, policy: Policy, version: number | 'draft'): Promise<void> {
  const [drawing, house] = await Promise.all([
    client.fetchQuery({ ...drawingQuery(policy.id, version), staleTime: 0 }),
    client.ensureQueryData(houseQuery),
  ]);
  const budgetNames = new Map(house.budgets.map(({ budget: { id, name } }) => [id, name]));
  const { name, title, description } = policy;
  const from = version === 'draft' ? policy.liveVersion : version;
  const text = writePolicyFile({ name, title, description, version: from, ...drawing }, budgetNames);
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = version === 'draft' ? `${name}.draft.json` : `${name}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
