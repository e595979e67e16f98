/** Comments in feedback, sealed as what requests said is, and bound to their request and key. */
import type { Knex } from 'knex';
import { type ContentSeals, SEALED_MARK } from './content-sealing.ts';
import type { Feedback } from './feedback.ts';

/** Comments that are sealed in one transaction. */
const AT_ONCE = 500;

type Owned = Pick<Feedback, 'organisation' | 'request' | 'key' | 'requestAt' | 'comment'>;

const ownerOf = ({ organisation, request, key, requestAt }: Omit<Owned, 'comment'>) => ({
  id: `feedback of ${request} by ${key}`,
  organisation,
  at: requestAt,
});

const sealed = (seals: Pick<ContentSeals, 'seal'>, owned: Omit<Owned, 'comment'>, comment: string): string =>
  seals.seal(ownerOf(owned), { request: comment, answer: null }).request;

/** Feedback as it may be stored. */
export function sealComment(seals: Pick<ContentSeals, 'seal'>, feedback: Feedback): Feedback {
  const { comment } = feedback;
  return comment === null ? feedback : { ...feedback, comment: sealed(seals, feedback, comment) };
}

/** The comment of feedback as it is stored; null where there is none. Throws `content_unreadable`. */
export function openComment(seals: Pick<ContentSeals, 'open'>, feedback: Owned): string | null {
  const { comment } = feedback;
  return comment === null ? null : seals.open(ownerOf(feedback), { request: comment, answer: null }).request;
}

/** Seals the comments of before, which were stored as they came; gives how many there were. */
export async function sealOldComments(
  { dialect, records }: { readonly dialect: 'sqlite' | 'postgres'; readonly records: Knex },
  seals: Pick<ContentSeals, 'seal'>,
): Promise<number> {
  if (dialect === 'sqlite') await records.raw('PRAGMA secure_delete = ON');
  for (let count = 0; ; ) {
    const rows: { organisation: string; request: string; key_id: string; request_at: number; comment: string }[] =
      await records('feedback').whereNotNull('comment').whereNot('comment', 'like', `${SEALED_MARK}%`).limit(AT_ONCE);
    if (rows.length === 0) return count;
    await records.transaction(async (trx) => {
      for (const { organisation, request, key_id, request_at, comment } of rows) {
        const owned = { organisation, request, key: key_id, requestAt: Number(request_at) };
        await trx('feedback')
          .where({ organisation, request, key_id, comment })
          .update({ comment: sealed(seals, owned, comment) });
      }
    });
    count += rows.length;
  }
}
