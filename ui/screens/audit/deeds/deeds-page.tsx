import '../audit.css';
import { NativeSelect, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { deedsQuery, deedsTable } from '../../../api/audit-desk.ts';
import { DEEDS } from '../../../api/audit-kinds.ts';
import { Empty } from '../../../app/empty.tsx';
import { Failure } from '../../../app/failure.tsx';
import { NextPage } from '../../../app/next-page.tsx';
import { Screen } from '../../../app/screen.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { plural, sayMoment } from '../../../app/words.ts';
import { AuditNav } from '../audit-nav.tsx';
import { AuthorChoice } from '../author-choice.tsx';
import { EntryDays } from '../entry-days.tsx';
import { DEED_WORDS } from '../kind-words.ts';
import { useNames } from '../names.ts';
import { PrintButton } from '../print-button.tsx';
import { spanKeyOf } from '../reviewed.ts';
import { SaveTable } from '../save-table.tsx';
import { sayShownTime, spanOf } from '../shown-time.ts';
import { TimeChoice } from '../time-choice.tsx';
import { KeysOf } from './keys-of.tsx';

const route = getRouteApi('/audit/deeds');

/** Everything that one person or program did: changes, approvals, signing in, what they read, and files they took along. */
export function DeedsPage() {
  const shown = route.useSearch();
  const navigate = useNavigate({ from: '/audit/deeds' });
  const { authorOf } = useNames();
  const narrow = (by: Partial<typeof shown>): void => {
    void navigate({ to: '/audit/deeds', search: { ...shown, ...by }, replace: true });
  };
  const { who, what } = shown;
  return (
    <Screen title={who === undefined ? 'What somebody did' : `What ${authorOf(who)} did`} aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        <Stack gap="sm" role="search" aria-label="What somebody did" className="audit-screen-only">
          <TimeChoice shown={shown} onTime={narrow}>
            <AuthorChoice who={who} onWho={(next) => narrow({ who: next })} any="choose somebody" />
            <NativeSelect
              label="What"
              value={what ?? ''}
              onChange={({ currentTarget }) => narrow({ what: DEEDS.find((one) => one === currentTarget.value) })}
              data={[
                { value: '', label: 'everything' },
                ...DEEDS.map((value) => ({ value, label: DEED_WORDS[value] })),
              ]}
            />
          </TimeChoice>
        </Stack>
        {who === undefined ? (
          <Empty title="Choose somebody">Whoever you choose above, everything they did is listed here.</Empty>
        ) : (
          <>
            <Text className="audit-printed" size="sm">
              Time: {sayShownTime(shown)}. Printed on {sayMoment(Date.now())}.
            </Text>
            <Deeds key={`${who} ${what} ${spanKeyOf(shown)}`} who={who} />
            <KeysOf who={who} />
            <SaveTable name="signalbox-deeds.csv" take={() => deedsTable(who, what, spanOf(shown, Date.now()))} />
          </>
        )}
      </Stack>
    </Screen>
  );
}

function Deeds({ who }: { readonly who: string }) {
  const shown = route.useSearch();
  const names = useNames();
  const pages = useInfiniteQuery(deedsQuery(who, shown.what, (now) => spanOf(shown, now), spanKeyOf(shown)));
  if (pages.data === undefined) {
    return pages.error ? (
      <Failure title="What they did could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
    ) : (
      <Waiting what="what they did" />
    );
  }
  const entries = pages.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return <Empty title="Nothing of that">Choose a longer time than “{sayShownTime(shown)}”, or “everything”.</Empty>;
  }
  return (
    <div>
      <EntryDays entries={entries} names={names} />
      <Text size="sm" c="dimmed" role="status">
        {plural(entries.length, 'entry', 'entries')} shown{pages.hasNextPage ? ', there are more' : ''}.
      </Text>
      <NextPage pages={pages} />
    </div>
  );
}
