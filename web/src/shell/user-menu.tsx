import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconDevices, IconLock, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { useMe, useSignOut } from '../api/hooks.ts';
import { lazily } from '../components/lazily.tsx';

/** Rarely needed. */
const ChangePassword = lazily(() => import('./change-password.tsx'), 'ChangePassword');
const Sessions = lazily(() => import('./sessions.tsx'), 'Sessions');

const COLOURS = [
  { value: 'auto', label: 'System', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const;

/** The signed-in user, the colour scheme, and signing out. */
export function UserMenu() {
  const me = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [isChanging, setChanging] = useState(false);
  const [isListing, setListing] = useState(false);
  return (
    <>
      <Menu position="top-start" width={200}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            maw={130}
            leftSection={<IconUser size={16} aria-hidden />}
            aria-label={`Signed in as ${me?.user ?? ''}: menu`}
          >
            {me?.user}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Theme</Menu.Label>
          {COLOURS.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={16} aria-hidden />}
              onClick={() => setColorScheme(value)}
              aria-current={colorScheme === value}
              fw={colorScheme === value ? 700 : undefined}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLock size={16} aria-hidden />} onClick={() => setChanging(true)}>
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<IconDevices size={16} aria-hidden />} onClick={() => setListing(true)}>
            Sessions
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={async () => {
              await signOut();
              await navigate({ to: '/sign-in' });
            }}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {isChanging && <ChangePassword onClose={() => setChanging(false)} />}
        {isListing && <Sessions onClose={() => setListing(false)} />}
      </Suspense>
    </>
  );
}
