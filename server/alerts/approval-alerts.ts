/** What becomes of requests for approval, and what is published without any: told to those who wait for it. */
import type { ApprovalRequest } from '../control/approvals.ts';
import type { Emergency } from '../control/approvals-emergencies.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { Inbox } from './inbox.ts';
import type { AlertMessage } from './message.ts';

/** Who did it, and to which project the policy belongs (null for the whole organisation). */
interface Deed {
  readonly organisation: string;
  readonly project: string | null;
  /** Id of the person or program, who hears nothing of it by e-mail. */
  readonly by: string;
}

type Said = Pick<AlertMessage, 'about' | 'title' | 'text' | 'path' | 'data' | 'at'>;

/** Names of people are on the pages, and not in the messages. */
export class ApprovalAlerts {
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;

  constructor(inbox: Inbox, snapshot: () => Snapshot) {
    this.#inbox = inbox;
    this.#snapshot = snapshot;
  }

  /** Somebody asks for approval: for those who may give it. */
  asked(request: ApprovalRequest, deed: Deed): void {
    const { title, reason, needed, at } = request;
    const people = needed === 1 ? '1 person has' : `${needed} people have`;
    this.#note(deed, {
      about: 'approvals',
      path: `/approvals/${request.id}`,
      data: dataOf(request),
      at,
      title: `Somebody asks for approval of a draft of “${title}”`,
      text: `${people} to approve it before it is published. The reason: “${reason}”`,
    });
  }

  /** Somebody has approved: told to who asked once it is enough, and not for more than that. */
  approved(request: ApprovalRequest, deed: Deed): void {
    const { title, needed, approvals, state } = request;
    if (state !== 'approved' || approvals.filter(({ counts }) => counts).length !== needed) return;
    this.#answer(request, deed, {
      title: `The draft of “${title}” is approved`,
      text: 'It has all approvals that it needs, and can be published now.',
    });
  }

  /** Somebody has sent a request back: for who asked. */
  sentBack(request: ApprovalRequest, deed: Deed): void {
    this.#answer(request, deed, {
      title: `The draft of “${request.title}” was sent back`,
      text: `It was not approved. What was said: “${request.answer ?? ''}”`,
    });
  }

  /** Somebody has edited what was asked about: for who asked, unless it was they themselves. */
  voided(request: ApprovalRequest, deed: Deed): void {
    if (request.author === deed.by) return;
    this.#answer(request, deed, {
      title: `The request for approval of “${request.title}” is void`,
      text: 'Somebody has changed the draft since approval was asked for. Look at it as it is now, and ask again.',
    });
  }

  /** Something was published without the approvals that it needed: for those who may follow it up. */
  emergency({ policy, title, version, reason, at }: Emergency, deed: Deed): void {
    this.#note(deed, {
      about: 'emergencies',
      path: '/approvals',
      at,
      title: `Version ${version} of “${title}” was published in an emergency`,
      text: `It is live without the approvals that its rule asks for. Somebody else has to look at it and follow it up. The reason: “${reason}”`,
      data: { policy, title, version, reason },
    });
  }

  #answer(request: ApprovalRequest, deed: Deed, words: Pick<Said, 'title' | 'text'>): void {
    const at = request.endedAt ?? request.approvals.at(-1)?.at ?? request.at;
    const more = { path: `/approvals/${request.id}`, data: dataOf(request), at };
    this.#note(deed, { about: 'answers', ...words, ...more });
  }

  #note({ organisation, project, by }: Deed, { data, ...said }: Said): void {
    const team = this.#snapshot().projects.get(project ?? '')?.team;
    const teams = team === undefined ? [] : [team];
    this.#inbox.note({ ...said, organisation, channel: null, teams, once: null, data: { ...data, by } });
  }
}

const dataOf = ({ id, policy, title, state, reason }: ApprovalRequest) => ({
  request: id,
  policy,
  title,
  state,
  reason,
});
