import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { describeProvider } from './contract.ts';
import anthropicErrors from './fixtures/anthropic/errors.fixture.json' with { type: 'json' };
import anthropicLength from './fixtures/anthropic/length.fixture.json' with { type: 'json' };
import anthropicText from './fixtures/anthropic/text.fixture.json' with { type: 'json' };
import anthropicTools from './fixtures/anthropic/tools.fixture.json' with { type: 'json' };
import openaiErrors from './fixtures/openai/errors.fixture.json' with { type: 'json' };
import openaiLength from './fixtures/openai/length.fixture.json' with { type: 'json' };
import openaiText from './fixtures/openai/text.fixture.json' with { type: 'json' };
import openaiTools from './fixtures/openai/tools.fixture.json' with { type: 'json' };

describeProvider({
  protocol: 'anthropic',
  fixtures: { text: anthropicText, tools: anthropicTools, length: anthropicLength, errors: anthropicErrors },
  create: (baseUrl, apiKey) => createAnthropic({ name: 'anthropic', baseUrl, apiKey }),
  path: '/v1/messages',
  authentication: (apiKey) => ['x-api-key', apiKey],
  readsStream: true,
});

describeProvider({
  protocol: 'openai-compatible',
  fixtures: { text: openaiText, tools: openaiTools, length: openaiLength, errors: openaiErrors },
  create: (baseUrl, apiKey) => createOpenAiCompatible({ name: 'openai', baseUrl, apiKey }),
  path: '/v1/chat/completions',
  authentication: (apiKey) => ['authorization', `Bearer ${apiKey}`],
  readsStream: false,
});
