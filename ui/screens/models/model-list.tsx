import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { aliasesQuery } from '../../api/aliases.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import {
  type PriceInForce,
  priceListQuery,
  pricesInForceQuery,
  pricesQuery,
  rateCardsQuery,
  unpricedQuery,
} from '../../api/prices.ts';
import { accountsQuery, providersQuery } from '../../api/providers.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { Aliases } from './aliases.tsx';
import { ModelTable } from './model-table.tsx';
import { PriceForm } from './price-form.tsx';
import { PriceHistory } from './price-history.tsx';
import { ProviderAccounts } from './provider-accounts.tsx';
import { Providers } from './providers.tsx';
import { RateCardForm } from './rate-card-form.tsx';
import { RateCards } from './rate-cards.tsx';
import { Unpriced } from './unpriced.tsx';
import { WaitingList } from './waiting-price-list.tsx';

/** Every model that the providers offer with its price, the prices set here, and the providers themselves. */
export function ModelList() {
  const house = useQuery(houseQuery);
  const prices = useQuery(pricesQuery);
  const inForce = useQuery(pricesInForceQuery);
  const cards = useQuery(rateCardsQuery);
  const list = useQuery(priceListQuery);
  const unpriced = useQuery(unpricedQuery);
  const providers = useQuery(providersQuery);
  const may = useMay();
  const maySeeAccounts = may('read provider');
  const accounts = useQuery({ ...accountsQuery, enabled: maySeeAccounts });
  const aliases = useQuery(aliasesQuery);
  const mayChange = may('change price');
  const [pricing, setPricing] = useState<string | null>(null);
  const [addingCard, setAddingCard] = useState(false);
  const fixed = providers.data?.flatMap(({ name }) => name ?? []) ?? [];
  const configured = [...fixed, ...(accounts.data?.accounts.map(({ name }) => name) ?? [])];
  const offered = house.data?.models.map(({ id }) => id) ?? [];
  const aside = mayChange ? (
    <Group gap="sm">
      <Button variant="default" onClick={() => setPricing('')}>
        Set a price
      </Button>
      {configured.length > 0 ? (
        <Button variant="default" onClick={() => setAddingCard(true)}>
          Add a rate card
        </Button>
      ) : null}
    </Group>
  ) : undefined;
  const asked = [house, prices, inForce, cards, list, unpriced, providers, accounts, aliases];
  const error = asked.find((one) => one.error)?.error;
  return (
    <Screen title="Models and providers" aside={aside}>
      {house.data &&
      prices.data &&
      inForce.data &&
      cards.data &&
      list.data &&
      unpriced.data &&
      providers.data &&
      (accounts.data || !maySeeAccounts) &&
      aliases.data ? (
        <Stack gap="xl">
          {list.data.waiting ? <WaitingList waiting={list.data.waiting} mayChange={mayChange} /> : null}
          {unpriced.data.length > 0 ? (
            <Unpriced models={unpriced.data} mayChange={mayChange} onPrice={setPricing} />
          ) : null}
          {accounts.data ? (
            <ProviderAccounts
              accounts={accounts.data.accounts}
              kinds={accounts.data.kinds}
              taken={fixed}
              offered={offered}
              mayChange={may('change provider')}
            />
          ) : null}
          <Models house={house.data} prices={inForce.data} mayChange={mayChange} onPrice={setPricing} />
          <Aliases aliases={aliases.data} offered={offered} mayChange={may('change provider')} />
          <Providers providers={providers.data} models={house.data.models} />
          <RateCards cards={cards.data} mayChange={mayChange} />
          <PriceHistory prices={prices.data} />
          {addingCard ? (
            <RateCardForm providers={configured} prices={inForce.data} onClose={() => setAddingCard(false)} />
          ) : null}
          {pricing === null ? null : (
            <PriceForm model={pricing} models={house.data.models} onClose={() => setPricing(null)} />
          )}
        </Stack>
      ) : error ? (
        <Failure
          title="The models could not be loaded"
          error={error}
          onRetry={() => Promise.all(asked.map((one) => one.refetch()))}
        />
      ) : (
        <Waiting what="the models" />
      )}
    </Screen>
  );
}

interface ModelsProps {
  readonly house: HouseAnswer;
  readonly prices: ReadonlyMap<string, PriceInForce>;
  readonly mayChange: boolean;
  readonly onPrice: (model: string) => void;
}

function Models({ house, prices, mayChange, onPrice }: ModelsProps) {
  const [search, setSearch] = useState('');
  const [provider, setProvider] = useState('');
  const { models } = house;
  if (models.length === 0) {
    return <Empty title="No model is offered yet">Add an account of a provider above.</Empty>;
  }
  const names = [...new Set(models.map((model) => model.provider))];
  const words = search.trim().toLowerCase();
  const shown = models
    .filter(
      ({ id, label, provider: of }) =>
        (provider === '' || of === provider) && `${id} ${label}`.toLowerCase().includes(words),
    )
    .sort((a, b) => Number(a.price !== null) - Number(b.price !== null) || a.id.localeCompare(b.id));
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-end" role="search" aria-label="Models">
        <TextInput
          type="search"
          label="Search"
          placeholder="Name of a model"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          label="Provider"
          value={provider}
          onChange={({ currentTarget }) => setProvider(currentTarget.value)}
          data={[{ value: '', label: 'any' }, ...names]}
        />
        <Text size="sm" c="dimmed" role="status">
          {shown.length} of {models.length} models
        </Text>
      </Group>
      {shown.length === 0 ? (
        <Empty title="No model fits">Search for something else, or choose another provider.</Empty>
      ) : (
        <ModelTable models={shown} prices={prices} mayChange={mayChange} onPrice={onPrice} />
      )}
    </Stack>
  );
}
