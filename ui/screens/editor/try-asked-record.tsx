import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { recordQuery } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { useEditor } from '../../editing/editing-context.tsx';
import { trialOfRecord } from '../../trying/past-trial.ts';
import { useTrying } from '../../trying/trying-context.tsx';
import { labelOfPast } from './try-source.tsx';

const route = getRouteApi('/policies/$policy/edit');

/** Opens the panel with the recorded request that the address names, for those who come from its page. */
export function TryAskedRecord() {
  const { record: id } = route.useSearch();
  return id === undefined ? null : <Asked key={id} id={id} />;
}

function Asked({ id }: { readonly id: string }) {
  const { house } = useEditor();
  const show = useTrying((state) => state.show);
  const begin = useTrying((state) => state.begin);
  const record = useQuery(recordQuery(id));
  const [keys] = useState(house.answer.keys);
  const { data } = record;
  useEffect(() => show('try'), [show]);
  useEffect(() => {
    if (data) begin(trialOfRecord(data, labelOfPast(data, Date.now()), keys));
  }, [data, keys, begin]);
  if (data) return null;
  if (!record.error) return <Waiting what="the request" />;
  return <Failure title="The request could not be loaded" error={record.error} onRetry={() => record.refetch()} />;
}
