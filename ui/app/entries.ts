import { useMemo } from 'react';
import type { Permission } from '../../policies/access/permissions.ts';
import { useMay } from '../api/may.ts';

/** A screen in the menu, with what somebody has to be allowed to do for it to show them anything. */
interface Entry {
  readonly title: string;
  readonly to: string;
  readonly needs: Permission;
}

/** What people come for every day. */
const DAILY = [
  { title: 'Overview', to: '/', needs: 'read house' },
  { title: 'Policies', to: '/policies', needs: 'read policy' },
  { title: 'Requests', to: '/requests', needs: 'read record' },
  { title: 'Usage', to: '/usage', needs: 'read usage' },
  { title: 'Budgets', to: '/budgets', needs: 'read budget' },
] as const satisfies readonly Entry[];

/** What is looked at, or set up, now and then. */
const OTHERS = [
  { title: 'Approvals', to: '/approvals', needs: 'read policy' },
  { title: 'Agent runs', to: '/sessions', needs: 'read record' },
  { title: 'Months', to: '/months', needs: 'read ledger' },
  { title: 'Alerts', to: '/alerts', needs: 'read alert' },
  { title: 'Audit', to: '/audit', needs: 'read history' },
  { title: 'Projects', to: '/projects', needs: 'read house' },
  { title: 'Keys', to: '/keys', needs: 'read key' },
  { title: 'Models', to: '/models', needs: 'read house' },
  { title: 'People', to: '/people', needs: 'read people' },
  { title: 'Service tokens', to: '/service-tokens', needs: 'read people' },
  { title: 'Sign-in', to: '/sign-in-settings', needs: 'read people' },
] as const satisfies readonly Entry[];

export type ShownEntry = (typeof DAILY)[number] | (typeof OTHERS)[number];

/** The screens that have something to show to whoever looks. */
export function useEntries(): { readonly daily: readonly ShownEntry[]; readonly others: readonly ShownEntry[] } {
  const may = useMay();
  return useMemo(() => {
    const isFor = ({ needs }: ShownEntry): boolean => may(needs);
    return { daily: DAILY.filter(isFor), others: OTHERS.filter(isFor) };
  }, [may]);
}
