/** The organisation's own policy that ran before the one that decided a request, as it stands greyed before the drawing. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph } from '../../../policies/graph.ts';
import { houseQuery, namesIn } from '../../api/house.ts';
import { drawingQuery, policyQuery } from '../../api/policies.ts';
import type { RequestRecord } from '../../api/records.ts';
import { beforeOf } from '../../canvas/before.ts';
import type { Extras } from '../../canvas/elements.ts';

const NOTHING: Extras = {};

/** What is drawn before the drawing, and the graph of it; nothing while it is not known, and where none ran before. */
export function useBefore({ mandatory }: Pick<RequestRecord, 'mandatory'>): {
  readonly extras: Extras;
  readonly graph: Graph | null;
} {
  const { policy = '', version = 1 } = mandatory ?? {};
  const house = useQuery(houseQuery).data;
  const now = house?.organisationPolicy;
  // The one of today everybody may see; an older version only who may read that policy.
  const isNow = now?.id === policy && now.version === version;
  const enabled = mandatory !== undefined && house !== undefined && !isNow;
  const drawing = useQuery({ ...drawingQuery(policy, version), enabled });
  const words = useQuery({ ...policyQuery(policy), enabled });
  const graph = (isNow ? now.graph : drawing.data?.graph) ?? null;
  const title = isNow ? now.title : words.data?.title;
  const extras = useMemo(
    () =>
      graph && title && house ? { before: beforeOf({ id: policy, title, version, graph }, namesIn(house)) } : NOTHING,
    [graph, title, house, policy, version],
  );
  return { extras, graph };
}
