import { createGoogle } from '../google.ts';
import { type AccountKind, addressField, keyField, settingOf } from './kind.ts';

export const google: AccountKind = {
  title: 'Google Gemini',
  help: 'Keys are made at aistudio.google.com, under “Get API key”.',
  fields: [
    addressField(
      'Only where it is reached by another address than the usual one.',
      'https://generativelanguage.googleapis.com/v1beta',
    ),
    keyField('It is sealed before it is stored, and never shown again.'),
  ],
  prices: 'google',
  offersListed: true,
  ownMachines: false,
  region: null,
  create: (settings) =>
    createGoogle({
      name: settings.name,
      baseUrl: settingOf(settings, 'address'),
      apiKey: settingOf(settings, 'key'),
      connect: settings.connect,
    }),
  modelList: (settings) => ({
    url: `${settingOf(settings, 'address')}/models?pageSize=1000`,
    headers: { 'x-goog-api-key': settingOf(settings, 'key') },
  }),
};
