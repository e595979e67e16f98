import { ANTHROPIC_VERSION, createAnthropic } from '../anthropic.ts';
import { type AccountKind, addressField, keyField, settingOf } from './kind.ts';

export const anthropic: AccountKind = {
  title: 'Anthropic',
  help: 'Keys are made at console.anthropic.com, under “API keys”.',
  fields: [
    addressField('Only where it is reached by another address than the usual one.', 'https://api.anthropic.com/v1'),
    keyField('It is sealed before it is stored, and never shown again.'),
  ],
  prices: 'anthropic',
  offersListed: true,
  ownMachines: false,
  region: null,
  create: (settings) =>
    createAnthropic({
      name: settings.name,
      baseUrl: settingOf(settings, 'address'),
      apiKey: settingOf(settings, 'key'),
      connect: settings.connect,
    }),
  modelList: (settings) => ({
    url: `${settingOf(settings, 'address')}/models?limit=1000`,
    headers: { 'x-api-key': settingOf(settings, 'key'), 'anthropic-version': ANTHROPIC_VERSION },
  }),
};
