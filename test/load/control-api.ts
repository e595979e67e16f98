/** The control API of a gateway under load, spoken to with the admin token. */
import { z } from 'zod';

export const ADMIN_TOKEN = 'admin_token_of_a_load_scenario';

export interface ControlApi {
  /** Rejects with the answer's text when it is not 2xx or not what `schema` says. */
  ask<T>(schema: z.ZodType<T>, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
  /** All budgets as they stand now. */
  budgets(): Promise<BudgetState[]>;
}

const budgetSchema = z.object({ id: z.string(), name: z.string(), unit: z.enum(['usd', 'tokens']), limit: z.number() });
const useSchema = z.object({ scope: z.string(), spent: z.number(), held: z.number() });
const budgetsSchema = z.object({ budgets: z.array(z.object({ budget: budgetSchema, use: z.array(useSchema) })) });
export type BudgetState = z.infer<typeof budgetsSchema>['budgets'][number];

/** The control API at the address that `url` gives at the time of asking. */
export function controlApi(url: () => string): ControlApi {
  const ask: ControlApi['ask'] = async (schema, method, path, body) => {
    const response = await fetch(`${url()}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  };
  return { ask, budgets: async () => (await ask(budgetsSchema, 'GET', '/budgets')).budgets };
}

const withId = z.object({ id: z.string() });
const draftSchema = z.object({ policy: withId, draft: z.object({ revision: z.number() }) });
const REASON = 'for a load scenario';

/** Makes a budget that never starts anew and gives its id. */
export async function makeBudget(
  api: ControlApi,
  input: {
    readonly name: string;
    readonly scope: readonly string[];
    readonly unit: 'usd' | 'tokens';
    readonly limit: number;
  },
): Promise<string> {
  const rest = { window: 'total', timeZone: 'UTC', owner: null, reason: REASON };
  return (await api.ask(withId, 'POST', '/budgets', { ...input, ...rest })).id;
}

/** Publishes a policy and makes it the one of every request that names none. */
export async function makeDefaultPolicy(api: ControlApi, graph: unknown): Promise<void> {
  const made = await api.ask(draftSchema, 'POST', '/policies', { name: 'load', title: 'Load', graph });
  const { policy, draft } = made;
  await api.ask(z.unknown(), 'POST', `/policies/${policy.id}/publish`, { revision: draft.revision, reason: REASON });
  await api.ask(z.unknown(), 'PUT', '/organisation/default-policy', { policy: policy.id, reason: REASON });
}

/** Makes a team with a project and a key for each way of using it, and gives the keys in that order. */
export async function makeTeam(api: ControlApi, name: string, usages: readonly string[]): Promise<string[]> {
  const team = await api.ask(withId, 'POST', '/teams', { name });
  const project = await api.ask(withId, 'POST', '/projects', { name: `${name} app`, team: team.id });
  const tokens: string[] = [];
  for (const usage of usages) {
    const key = { name: `${name} ${usage}`, project: project.id, fixedTags: { team: name, usage } };
    tokens.push((await api.ask(z.object({ token: z.string() }), 'POST', '/keys', key)).token);
  }
  return tokens;
}
