import { Code, Group, Stack, Text } from '@mantine/core';
import { urlOf } from '../../api/http.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ButtonLink } from '../../components/links.tsx';
import { snippetsOf } from '../../components/snippets.ts';
import { Empty } from '../../components/states.tsx';

/** Of an app that no browser sends page views to: how to add the script. */
export function NoPageViews({ app, isEmpty }: { app: string; isEmpty: boolean }) {
  const snippets = snippetsOf(urlOf('.').replace(/\/$/, ''), app).flatMap((family) => family.snippets);
  const script = snippets.find(({ id }) => id === 'page')!;
  return (
    <Stack maw={720} w="100%" mx="auto">
      <Empty title="No page views yet">
        Add this script to the {'<head>'} of your pages. Visitors, sources, pages and devices appear here with the first
        page view. It sets no cookies.
      </Empty>
      <Group justify="flex-end">
        <CopyButton text={script.code} label="Copy script tag" short="Copy" />
      </Group>
      <Code block tabIndex={0} style={{ overflow: 'auto' }}>
        {script.code}
      </Code>
      <Group justify="center">
        {isEmpty ? (
          <ButtonLink to="/apps/$app/overview" params={{ app }}>
            Create a write key
          </ButtonLink>
        ) : (
          <ButtonLink to="/apps/$app/settings" params={{ app }} search={{ section: 'keys' }}>
            Create a write key
          </ButtonLink>
        )}
        <Text size="sm" c="dimmed">
          and put it in place of YOUR_WRITE_KEY.
        </Text>
      </Group>
    </Stack>
  );
}
