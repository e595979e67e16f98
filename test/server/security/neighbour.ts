/** A second organisation in the database of a house, and a program of its admin's that asks for things. */

import { ADMIN_GRANTS } from '../../../policies/access/grants.ts';
import { newId } from '../../../server/control/ids.ts';
import { createOrganisation } from '../../../server/control/organisations.ts';
import { createServiceToken } from '../../../server/control/service-tokens.ts';
import type { House } from '../control/house.ts';

/** A house as somebody with every right in another organisation sees it. */
export interface Neighbour extends House {
  /** What they are let in with. */
  readonly token: string;
}

export async function neighbourOf(house: House): Promise<Neighbour> {
  const actor = { id: 'system', organisation: newId('org') };
  await createOrganisation(house.control, actor, 'Neighbour');
  const { token, serviceToken } = await createServiceToken(house.control, actor, {
    name: 'everything',
    grants: [...ADMIN_GRANTS],
    scope: 'role',
    days: 1,
  });
  // Never noted as used again, so that tables stay as they are while it asks.
  await house.database
    .control('service_tokens')
    .where({ id: serviceToken.id })
    .update({ last_used_at: Number.MAX_SAFE_INTEGER - 1e6 });
  const ask: House['ask'] = (method, path, body) =>
    house.send(method, path, body, { authorization: `Bearer ${token}` });
  return { ...house, organisation: actor.organisation, ask, token };
}
