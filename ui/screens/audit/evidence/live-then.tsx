import { useQuery } from '@tanstack/react-query';
import { policiesThenQuery } from '../../../api/audit-desk.ts';
import { Failure } from '../../../app/failure.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { PoliciesTable } from '../live/policies-table.tsx';
import { ProjectsTable } from '../live/projects-table.tsx';
import type { Names } from '../names.ts';

/** What was live at a moment, in milliseconds since 1970, as a part of the evidence. */
export function LiveThen({ at, names }: { readonly at: number; readonly names: Names }) {
  const then = useQuery(policiesThenQuery(at));
  if (then.error)
    return <Failure title="What was live could not be loaded" error={then.error} onRetry={() => then.refetch()} />;
  if (!then.data) return <Waiting what="what was live" />;
  return (
    <>
      <ProjectsTable then={then.data} names={names} />
      <PoliciesTable then={then.data} names={names} />
    </>
  );
}
