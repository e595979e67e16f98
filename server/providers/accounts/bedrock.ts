import { createBedrock } from '../bedrock.ts';
import { type AccountField, type AccountKind, settingOf } from './kind.ts';

const field = (name: string, label: string, type: AccountField['type'], help: string): AccountField => ({
  name,
  label,
  type,
  help,
  required: false,
  standard: null,
});

export const bedrock: AccountKind = {
  title: 'Amazon Bedrock',
  help: 'Either a key of Bedrock, or a pair of access keys that signs every call. Several regions are several accounts.',
  fields: [
    field('key', 'Bedrock key', 'secret', 'A key of Bedrock’s own. Leave it empty to sign calls with access keys.'),
    field('accessKey', 'Access key id', 'text', 'It begins with AKIA, or with ASIA for a session.'),
    field('secretKey', 'Secret access key', 'secret', 'It belongs to the access key id.'),
    field('sessionToken', 'Session token', 'secret', 'Only for access keys of a session.'),
    field('address', 'Address', 'address', 'Only where the region is reached by another address than the usual one.'),
  ],
  prices: 'aws',
  offersListed: true,
  ownMachines: false,
  region: 'eu-central-1',
  problem: (settings) => {
    const [key, access, secret] = ['key', 'accessKey', 'secretKey'].map((name) => settingOf(settings, name));
    if (key || (access && secret)) return null;
    return access || secret
      ? 'An access key id and its secret access key belong together: enter both.'
      : 'Enter a key of Bedrock, or an access key id and its secret access key.';
  },
  create: (settings) => {
    const apiKey = settingOf(settings, 'key');
    return createBedrock({
      name: settings.name,
      region: settings.region,
      baseUrl: settingOf(settings, 'address') || null,
      credentials: apiKey
        ? { apiKey }
        : {
            accessKeyId: settingOf(settings, 'accessKey'),
            secretAccessKey: settingOf(settings, 'secretKey'),
            sessionToken: settingOf(settings, 'sessionToken') || null,
          },
      connect: settings.connect,
    });
  },
  modelList: null,
};
