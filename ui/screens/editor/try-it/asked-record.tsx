import { skipToken, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { pastRequestQuery } from '../../../api/records.ts';
import { Failure } from '../../../app/failure.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';
import { trialOfRecord } from '../../../trying/past-trial.ts';
import { useTrying } from '../../../trying/trying-context.tsx';
import { labelOfPast } from './try-source.tsx';

const route = getRouteApi('/policies/$policy/edit');

/** The recorded request that the address names, for those who come from its page. */
function useAsked() {
  const { record: id } = route.useSearch();
  const mayRead = useMay()('read content');
  const query = useQuery(
    id === undefined ? { queryKey: ['records', 'none'], queryFn: skipToken } : pastRequestQuery(id, mayRead),
  );
  return { id, query };
}

/** Shows the panel for trying, and begins with that request. Stands outside of it: what is hidden has no effects. */
export function useAskedRecord(): void {
  const { house } = useEditor();
  const { id, query } = useAsked();
  const show = useTrying((state) => state.show);
  const begin = useTrying((state) => state.begin);
  const [keys] = useState(house.answer.keys);
  useEffect(() => {
    if (id !== undefined) show('try');
  }, [id, show]);
  const { data } = query;
  useEffect(() => {
    if (data) begin(trialOfRecord(data, labelOfPast(data.record, Date.now()), keys));
  }, [data, keys, begin]);
}

/** Whether that request is there yet, and why not. */
export function AskedRecordState() {
  const { id, query } = useAsked();
  if (id === undefined || query.data) return null;
  if (!query.error) return <Waiting what="the request" />;
  return <Failure title="The request could not be loaded" error={query.error} onRetry={() => query.refetch()} />;
}
