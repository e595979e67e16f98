import { Empty } from '../../app/empty.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';

/** What somebody sees who is signed in already and opens an invitation, or a page on which providers let people in. */
export function AlreadyIn() {
  return (
    <Screen title="You are signed in already">
      <Empty title="This page is for people who are not signed in yet">
        To take an invitation with another account, sign out first and open its link again.{' '}
        <TextLink to="/">To the overview</TextLink>
      </Empty>
    </Screen>
  );
}
