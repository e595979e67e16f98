import { Button, SimpleGrid } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Account, AccountKind } from '../../api/providers.ts';
import { Empty } from '../../app/empty.tsx';
import { Section } from '../../app/section.tsx';
import { AccountCard } from './provider-account-card.tsx';
import { DeleteAccount } from './provider-account-delete.tsx';
import { AccountForm } from './provider-account-form.tsx';
import { AccountModels } from './provider-account-models.tsx';

interface Props {
  readonly accounts: readonly Account[];
  readonly kinds: readonly AccountKind[];
  /** Names of the providers that the environment sets up. */
  readonly taken: readonly string[];
  /** Ids of all models that are offered. */
  readonly offered: readonly string[];
  readonly mayChange: boolean;
}

type Doing = { readonly what: 'add' } | { readonly what: 'change' | 'models' | 'delete'; readonly id: string };

/** Accounts of providers that people set up here, each with its models, and what can be done with them. */
export function ProviderAccounts({ accounts, kinds, taken, offered, mayChange }: Props) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  const chosen = doing && 'id' in doing ? accounts.find(({ id }) => id === doing.id) : undefined;
  const kindOf = ({ kind }: Account) => kinds.find((one) => one.kind === kind);
  const kind = chosen && kindOf(chosen);
  return (
    <Section
      title="Accounts of providers"
      aside={
        mayChange ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDoing({ what: 'add' })}>
            Add an account
          </Button>
        ) : undefined
      }
    >
      {accounts.length === 0 ? (
        <Empty title="No account is set up here yet">
          {mayChange
            ? 'Add an account of a provider, or a server of your own, and its models are served at once. What the environment sets up stands below.'
            : 'An administrator can add accounts here. What the environment sets up stands below.'}
        </Empty>
      ) : (
        <SimpleGrid component="ul" cols={{ base: 1, md: 2 }} spacing="md" p={0} m={0} style={{ listStyle: 'none' }}>
          {accounts.map((account) => (
            <AccountCard
              key={account.id}
              account={account}
              kind={kindOf(account)}
              models={offered.filter((id) => id.startsWith(`${account.name}/`)).length}
              mayChange={mayChange}
              onDo={(what) => setDoing({ what, id: account.id })}
            />
          ))}
        </SimpleGrid>
      )}
      {doing?.what === 'add' ? (
        <AccountForm
          account={null}
          kinds={kinds}
          taken={[...taken, ...accounts.map(({ name }) => name)]}
          onClose={close}
        />
      ) : null}
      {doing?.what === 'change' && chosen && kind ? (
        <AccountForm account={chosen} kinds={[kind]} taken={[]} onClose={close} />
      ) : null}
      {doing?.what === 'models' && chosen && kind ? (
        <AccountModels account={chosen} kind={kind} onClose={close} />
      ) : null}
      {doing?.what === 'delete' && chosen ? <DeleteAccount account={chosen} onClose={close} /> : null}
    </Section>
  );
}
