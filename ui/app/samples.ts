/** A first request in the languages of apps. */

interface Sample {
  readonly id: string;
  readonly title: string;
  readonly code: string;
}

const QUESTION = 'give me a synonym for happy';

/** What a program sends with its first request. */
export interface SampleRequest {
  readonly model: string;
  readonly apiKey: string;
  /** Tags as `name=value`, separated by commas; empty for none. */
  readonly tags: string;
}

/** Programs that ask a question at the gateway of `origin`. */
export function samplesFor(origin: string, { model, apiKey: key, tags }: SampleRequest): readonly Sample[] {
  const only = (text: string): string => (tags === '' ? '' : text);
  return [
    {
      id: 'curl',
      title: 'curl',
      code: `curl ${origin}/v1/chat/completions \\
  -H 'authorization: Bearer ${key}' \\
  -H 'content-type: application/json' \\${only(`
  -H 'x-signalbox-tags: ${tags}' \\`)}
  -d '{
    "model": "${model}",
    "messages": [
      {"role": "user", "content": "${QUESTION}"}
    ]
  }'`,
    },
    {
      id: 'python',
      title: 'Python',
      code: `# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[
        {"role": "user", "content": "${QUESTION}"},
    ],${only(`
    extra_headers={"x-signalbox-tags": "${tags}"},`)}
)
print(answer.choices[0].message.content)`,
    },
    {
      id: 'node',
      title: 'Node.js',
      code: `// npm install openai
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: '${key}' });
const question = {
  model: '${model}',
  messages: [{ role: 'user', content: '${QUESTION}' }],
};
const answer = await client.chat.completions.create(question${only(`, {
  headers: { 'x-signalbox-tags': '${tags}' },
}`)});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: 'langchain',
      title: 'LangChain',
      code: `# pip install langchain-openai
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="${model}",
    base_url="${origin}/v1",
    api_key="${key}",${only(`
    default_headers={"x-signalbox-tags": "${tags}"},`)}
)
print(model.invoke("${QUESTION}").content)`,
    },
    {
      id: 'vercel',
      title: 'Vercel AI SDK',
      code: `// npm install ai @ai-sdk/openai-compatible
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';

const signalbox = createOpenAICompatible({
  name: 'signalbox',
  baseURL: '${origin}/v1',
  apiKey: '${key}',${only(`
  headers: { 'x-signalbox-tags': '${tags}' },`)}
});
const { text } = await generateText({
  model: signalbox('${model}'),
  prompt: '${QUESTION}',
});
console.log(text);`,
    },
  ];
}
