import { createAzure } from '../azure.ts';
import { type AccountKind, keyField, settingOf } from './kind.ts';

export const azure: AccountKind = {
  title: 'Azure OpenAI',
  help: 'Its models are your deployments: name them, and say which model of OpenAI each stands for where the names differ.',
  fields: [
    {
      name: 'address',
      label: 'Endpoint',
      help: 'As the Azure portal shows it, such as https://example.openai.azure.com.',
      type: 'address',
      required: true,
      standard: null,
    },
    keyField('One of the two keys of the resource. It is sealed before it is stored, and never shown again.'),
    {
      name: 'version',
      label: 'API version',
      help: 'Only for the older addresses, with deployments in them, such as 2024-10-21. Leave it empty for the v1 address.',
      type: 'text',
      required: false,
      standard: null,
    },
  ],
  prices: 'openai',
  offersListed: false,
  ownMachines: false,
  region: null,
  problem: (settings) =>
    /^(\d{4}-\d{2}-\d{2}(-preview)?)?$/.test(settingOf(settings, 'version'))
      ? null
      : 'An API version is a day, such as 2024-10-21, perhaps with -preview behind it. Leave it empty for the v1 address.',
  create: (settings) =>
    createAzure({
      name: settings.name,
      baseUrl: settingOf(settings, 'address'),
      apiKey: settingOf(settings, 'key'),
      apiVersion: settingOf(settings, 'version') || null,
      connect: settings.connect,
    }),
  // It lists every model of the region, and not the deployments.
  modelList: null,
};
