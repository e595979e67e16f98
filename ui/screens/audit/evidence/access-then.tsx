import { useQuery } from '@tanstack/react-query';
import { accessThenQuery } from '../../../api/audit-desk.ts';
import { Failure } from '../../../app/failure.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { KeysTable } from '../access/keys-table.tsx';
import { PeopleTable } from '../access/people-table.tsx';
import type { Names } from '../names.ts';

/** Who could do what at a moment, in milliseconds since 1970, as a part of the evidence. */
export function AccessThen({ at, names }: { readonly at: number; readonly names: Names }) {
  const then = useQuery(accessThenQuery(at));
  if (then.error)
    return <Failure title="Who could do what could not be loaded" error={then.error} onRetry={() => then.refetch()} />;
  if (!then.data) return <Waiting what="who could do what" />;
  return (
    <>
      <PeopleTable people={then.data.people} names={names} />
      <KeysTable keys={then.data.keys} names={names} />
    </>
  );
}
