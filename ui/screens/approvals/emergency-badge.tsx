import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { emergenciesQuery } from '../../api/approvals.ts';

interface Props {
  readonly policy: string;
  readonly version: number;
}

/** Flags a version that was published in an emergency, until and after somebody else has followed it up; else nothing. */
export function EmergencyBadge({ policy, version }: Props) {
  const emergencies = useQuery(emergenciesQuery);
  const found = emergencies.data?.find((one) => one.policy === policy && one.version === version);
  if (!found) return null;
  return (
    <Badge tt="none" variant="dot" color={found.followedUpAt === null ? 'red' : 'gray'}>
      {found.followedUpAt === null ? 'emergency, to be followed up' : 'emergency, followed up'}
    </Badge>
  );
}
