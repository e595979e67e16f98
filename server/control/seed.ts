/** The first start: an organisation that works, with an admin, a key and the policies that are shipped. */
import { randomBytes } from 'node:crypto';
import { ADMIN_GRANTS } from '../../policies/access/grants.ts';
import { projectNodes } from '../../policies/check-project.ts';
import type { Graph, Layout } from '../../policies/graph.ts';
import { renameBudgets } from '../../policies/policy-file.ts';
import { newToken } from '../access/keys.ts';
import { hashPassword } from '../access/passwords.ts';
import type { Control, ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { createKey, keyInputSchema } from './keys.ts';
import { createPolicy } from './new-policy.ts';
import { createOrganisation, createProject, createTeam } from './organisations.ts';
import { createPerson } from './people.ts';
import { budgetsFor, type TemplateBudget } from './templates.ts';
import { publishDraft, setDefaultPolicy } from './versions.ts';

const SYSTEM = 'system';
const SHIPPED = 'Shipped with Signalbox';

/** A policy that comes with the program. */
export interface ShippedPolicy {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly graph: Graph;
  readonly layout: Layout;
  /** Budgets that it needs. Its nodes name them by `key`, in whose place comes the id of the budget. */
  readonly budgets: readonly TemplateBudget[];
}

export interface SeedSettings {
  readonly organisation: string;
  readonly adminEmail: string;
  /** Null for one to be made up. */
  readonly adminPassword: string | null;
  /** The token of the first API key; null for one to be made up. */
  readonly apiKey: string | null;
  readonly policies: readonly ShippedPolicy[];
  /** The name of the shipped policy that becomes the organisation's default. */
  readonly starter: string;
}

/** What the first start has made, to be shown once; null for what the settings had given. */
export interface Seeded {
  readonly adminEmail: string;
  readonly adminPassword: string | null;
  readonly apiKey: string | null;
}

/** Fills an empty control plane, all of it or nothing; gives null, and changes nothing, when there is an organisation. */
export async function seed(control: Control, settings: SeedSettings): Promise<Seeded | null> {
  if (control.snapshot().organisations.size > 0) return null;
  const adminPassword = settings.adminPassword ?? randomBytes(15).toString('base64url');
  const apiKey = settings.apiKey ?? newToken();
  const passwordHash = await hashPassword(adminPassword);
  const actor: Actor = { id: SYSTEM, organisation: newId('org') };

  await control.together(async (store) => {
    await createOrganisation(store, actor, settings.organisation);
    const team = await createTeam(store, actor, 'default');
    const project = await createProject(store, actor, { name: 'default', team: team.id });
    await createPerson(store, actor, { name: 'Admin', email: settings.adminEmail, passwordHash, grants: ADMIN_GRANTS });
    for (const shipped of settings.policies.filter(decidesForProjects)) {
      await ship(store, actor, shipped, shipped.name === settings.starter);
    }
    await createKey(store, actor, keyInputSchema.parse({ name: 'first key', project: project.id }), apiKey);
  });
  return {
    adminEmail: settings.adminEmail,
    adminPassword: settings.adminPassword === null ? adminPassword : null,
    apiKey: settings.apiKey === null ? apiKey : null,
  };
}

/** One that leaves requests to the policies of projects is a beginning for who wants it: nobody could use it as it is. */
const decidesForProjects = ({ graph }: ShippedPolicy): boolean => projectNodes(graph).length === 0;

/** Makes and publishes a shipped policy with its budgets; the starter becomes the default. */
async function ship(store: ControlStore, actor: Actor, shipped: ShippedPolicy, starter: boolean): Promise<void> {
  const { name, title, description, layout } = shipped;
  const budgets = await budgetsFor(store, actor, shipped.budgets, null, SHIPPED);
  const { graph } = renameBudgets({ graph: shipped.graph, tests: [] }, budgets);
  // Without tests: who looks around is to publish a first change without mending tests that someone else wrote.
  const { policy, draft } = await createPolicy(store, actor, {
    name,
    title,
    description,
    project: null,
    graph,
    layout,
  });
  // Not checked: its models may be of a provider that is set up later.
  await publishDraft(store, actor, () => [], policy.id, { revision: draft.revision, reason: SHIPPED });
  if (starter) await setDefaultPolicy(store, actor, { project: null, policy: policy.id, reason: SHIPPED });
}
