import { Chip, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { urlOf } from '../api/http.ts';
import { CopyButton } from './copy-button.tsx';
import { type Snippet, snippetsOf } from './snippets.ts';

/** How to send events to an app from each language, with the address of this server. */
export function SendSnippets({ app, writeKey }: { app: string; writeKey?: string | undefined }) {
  const families = snippetsOf(urlOf('.').replace(/\/$/, ''), app, writeKey);
  return (
    <Tabs defaultValue={families[0]!.label} keepMounted={false}>
      <Tabs.List mb="sm">
        {families.map(({ label }) => (
          <Tabs.Tab key={label} value={label}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {families.map(({ label, snippets }) => (
        <Tabs.Panel key={label} value={label}>
          <OneLanguage label={label} snippets={snippets} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function OneLanguage({ label, snippets }: { label: string; snippets: readonly Snippet[] }) {
  const [chosen, setChosen] = useState<string>(snippets[0]!.id);
  const snippet = snippets.find(({ id }) => id === chosen)!;
  return (
    <Stack gap="xs">
      {snippets.length > 1 && (
        <Chip.Group value={chosen} onChange={setChosen}>
          <Group gap="xs" role="radiogroup" aria-label={`Ways to send from ${label}`}>
            {snippets.map(({ id, label: name }) => (
              <Chip key={id} value={id} size="xs">
                {name}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {snippet.install && <Copyable what="install" text={snippet.install} how="Install it:" name={snippet.label} />}
      <Copyable what="code" text={snippet.code} how={snippet.how} name={snippet.label} />
    </Stack>
  );
}

function Copyable({ what, text, how, name }: { what: 'install' | 'code'; text: string; how: string; name: string }) {
  const label = what === 'code' ? `Copy code for ${name}` : `Copy install command for ${name}`;
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" c="dimmed">
          {how}
        </Text>
        <CopyButton text={text} label={label} short="Copy" style={{ flex: 'none' }} />
      </Group>
      <Code block tabIndex={0} data-snippet={what} style={{ overflow: 'auto' }}>
        {text}
      </Code>
    </>
  );
}
