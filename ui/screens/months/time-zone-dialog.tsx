import { Select, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshMonths, setTimeZone } from '../../api/months.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { DROPDOWN } from '../../form/dropdown.ts';

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Chooses by whose clocks months begin and end. */
export function TimeZoneDialog({ now, onClose }: { readonly now: string; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [zone, setZone] = useState(now);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const setting = useMutation({
    mutationFn: () => setTimeZone(zone, reason.trim()),
    onSuccess: async () => {
      await refreshMonths(client);
      onClose();
    },
  });
  const same = zone === now ? 'This is the one that months have. Choose another, or cancel.' : null;
  const noReason = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (same === null && noReason === null) setting.mutate();
  };
  return (
    <FormDialog
      title="Time zone of the months"
      act="Change the time zone"
      error={setting.error}
      pending={setting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        A month begins and ends by these clocks. Closed months stay as they are; those that are open are told anew, and
        no request is left out or counted twice.
      </Text>
      <Select
        {...DROPDOWN}
        label="Time zone"
        data-autofocus
        searchable
        allowDeselect={false}
        limit={60}
        nothingFoundMessage="No time zone has that in its name. Try a large city nearby."
        data={zones()}
        value={zone}
        error={tried ? same : null}
        onChange={(value) => setZone(value ?? zone)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? noReason : null} />
    </FormDialog>
  );
}
