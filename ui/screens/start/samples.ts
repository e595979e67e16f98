/** A first request in the languages of apps. */

interface Sample {
  readonly id: string;
  readonly title: string;
  readonly code: string;
}

const QUESTION = 'give me a synonym for happy';

/** Programs that ask `model` a question at the gateway of `origin`; the key has to be filled in. */
export function samplesFor(origin: string, model: string): readonly Sample[] {
  return [
    {
      id: 'curl',
      title: 'curl',
      code: `curl ${origin}/v1/chat/completions \\
  -H 'authorization: Bearer YOUR_KEY' \\
  -H 'content-type: application/json' \\
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
      code: `from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="YOUR_KEY")
answer = client.chat.completions.create(
    model="${model}",
    messages=[
        {"role": "user", "content": "${QUESTION}"},
    ],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: 'node',
      title: 'Node.js',
      code: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: 'YOUR_KEY' });
const answer = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: '${QUESTION}' }],
});
console.log(answer.choices[0].message.content);`,
    },
  ];
}
