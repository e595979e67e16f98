/** What the routes of approvals and comments do in the tests of every mutating route. */
import { newGuest, sendAs } from '../access/people.ts';
import { type Answer, type House, LAYOUT, modelGraph } from './house.ts';

interface ApprovalExample {
  readonly prepare?: (house: House) => Promise<string>;
  readonly run: (house: House, prepared: string) => Promise<Answer>;
  readonly action: string;
  readonly by?: 'person';
}

const REASON = 'to see that it is written down';
const rule = { approvals: 0, by: null, emergency: [] };

let made = 0;

const newPolicy = async (house: House): Promise<string> => {
  const name = `to-approve-${++made}`;
  const { body } = await house.ask('POST', '/policies', { name, title: name, graph: modelGraph(), layout: LAYOUT });
  return body.policy.id;
};

const newRequest = async (house: House): Promise<{ id: string; digest: string }> => {
  const policy = await newPolicy(house);
  return (await house.ask('POST', `/policies/${policy}/approvals`, { revision: 1, reason: REASON })).body;
};

interface Prepared {
  readonly cookie: string;
  readonly id: string;
  readonly digest: string;
}

/** A request that waits for an answer, and the cookie of somebody who may give it. */
const withApprover = async (house: House): Promise<string> =>
  JSON.stringify({ ...(await newRequest(house)), cookie: (await newGuest(house, 'approver')).cookie });

/** Asks as the person who was prepared; a neighbour has nobody but a program. */
async function askAs(
  house: House,
  prepared: string,
  path: (prepared: Prepared) => string,
  body: (prepared: Prepared) => object,
): Promise<Answer> {
  const read: Prepared = JSON.parse(prepared);
  const send = 'token' in house ? house.ask : sendAs(house, read.cookie);
  return send('POST', path(read), body(read));
}

/** The comment of a node, by its id. */
const newComment = async (house: House): Promise<string> => {
  const policy = await newPolicy(house);
  return (await house.ask('POST', `/policies/${policy}/comments`, { node: 'small', text: 'Why?' })).body.id;
};

export const APPROVAL_EXAMPLES: Readonly<Record<string, ApprovalExample>> = {
  'put /organisation/approval-rule': {
    action: 'approval_rules.change',
    run: (house) => house.ask('PUT', '/organisation/approval-rule', { rule, reason: REASON }),
  },
  'put /policies/{policy}/approval-rule': {
    action: 'approval_rules.change',
    prepare: newPolicy,
    run: (house, policy) => house.ask('PUT', `/policies/${policy}/approval-rule`, { rule, reason: REASON }),
  },
  'post /policies/{policy}/approvals': {
    action: 'approval.ask',
    prepare: newPolicy,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/approvals`, { revision: 1, reason: REASON }),
  },
  'post /policies/{policy}/versions/{version}/approvals': {
    action: 'approval.ask',
    prepare: async (house) => {
      const policy = await newPolicy(house);
      await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON });
      return policy;
    },
    // The draft is that version already, so that nothing has to be put into it.
    run: (house, policy) =>
      house.ask('POST', `/policies/${policy}/versions/1/approvals`, { revision: 1, reason: REASON }),
  },
  'post /approvals/{request}/approve': {
    action: 'approval.approve',
    by: 'person',
    prepare: withApprover,
    run: (house, prepared) =>
      askAs(
        house,
        prepared,
        ({ id }) => `/approvals/${id}/approve`,
        ({ digest }) => ({ digest }),
      ),
  },
  'post /approvals/{request}/send-back': {
    action: 'approval.refuse',
    by: 'person',
    prepare: withApprover,
    run: (house, prepared) =>
      askAs(
        house,
        prepared,
        ({ id }) => `/approvals/${id}/send-back`,
        ({ digest }) => ({ digest, reason: REASON }),
      ),
  },
  'post /approvals/{request}/withdraw': {
    action: 'approval.withdraw',
    prepare: async (house) => (await newRequest(house)).id,
    run: (house, id) => house.ask('POST', `/approvals/${id}/withdraw`, { reason: REASON }),
  },
  'post /policies/{policy}/versions/{version}/follow-up': {
    action: 'emergency.follow_up',
    by: 'person',
    prepare: async (house) => {
      const policy = await newPolicy(house);
      await house.ask('PUT', `/policies/${policy}/approval-rule`, {
        rule: { approvals: 1, by: null, emergency: ['admin'] },
        reason: REASON,
      });
      const admin = await newGuest(house, 'admin');
      await admin.send('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON, emergency: true });
      return JSON.stringify({ id: policy, digest: '', cookie: (await newGuest(house, 'approver')).cookie });
    },
    run: (house, prepared) =>
      askAs(
        house,
        prepared,
        ({ id }) => `/policies/${id}/versions/1/follow-up`,
        () => ({ words: REASON }),
      ),
  },
  'post /policies/{policy}/comments': {
    action: 'comment.add',
    prepare: newPolicy,
    run: (house, policy) => house.ask('POST', `/policies/${policy}/comments`, { node: 'small', text: 'Why?' }),
  },
  'post /approvals/{request}/comments': {
    action: 'comment.add',
    prepare: async (house) => (await newRequest(house)).id,
    run: (house, id) => house.ask('POST', `/approvals/${id}/comments`, { text: 'Why?' }),
  },
  'post /comments/{comment}/answers': {
    action: 'comment.add',
    prepare: newComment,
    run: (house, id) => house.ask('POST', `/comments/${id}/answers`, { text: 'Because it is small.' }),
  },
  'post /comments/{comment}/resolve': {
    action: 'comment.resolve',
    prepare: newComment,
    run: (house, id) => house.ask('POST', `/comments/${id}/resolve`),
  },
  'post /comments/{comment}/reopen': {
    action: 'comment.reopen',
    prepare: async (house) => {
      const id = await newComment(house);
      await house.ask('POST', `/comments/${id}/resolve`);
      return id;
    },
    run: (house, id) => house.ask('POST', `/comments/${id}/reopen`),
  },
};
